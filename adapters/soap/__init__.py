"""Partners that speak SOAP 1.1 or 1.2, document/literal, described by a WSDL."""
