"""What requests and answers look like: pydantic models, one file per resource.

They validate what comes in and describe what goes out. Answers of hot paths are written as JSON by PostgreSQL or
orjson and do not pass through these models again; tests compare them with the OpenAPI description instead.
"""
