"""A hub such as a team would write in a week: FastAPI, httpx, jsonschema, zeep."""
