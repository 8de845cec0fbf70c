"""``/attachments``: large documents in and out, streamed."""
