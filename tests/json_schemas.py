"""The schemas of a folder, which refer to each other by the names of their files."""

import json
import warnings

try:
    import jsonschema
except ImportError:
    jsonschema = None

# Wherever the folder is.
BASE = "file:///schemas/"


def load(folder):
    """{name of the file: schema}"""
    return {path.name: json.loads(path.read_text(encoding="utf-8"))
            for path in sorted(folder.glob("*.schema.json"))}


def validator(schemas, name):
    """That of one of those that were loaded."""
    schema = schemas[name + ".schema.json"]
    with warnings.catch_warnings():  # newer releases have something else as well
        warnings.simplefilter("ignore")
        resolver = jsonschema.RefResolver(BASE, schema, store={
            BASE + other: text for other, text in schemas.items()})
    return jsonschema.Draft202012Validator(schema, resolver=resolver)
