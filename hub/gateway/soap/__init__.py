"""The contracts as SOAP: document/literal wrapped, 1.1 and 1.2, described by WSDL 1.1. Begin at ``soap_path``."""
