"""Partners whose officers answer by hand: each message becomes a work item in their inbox."""
