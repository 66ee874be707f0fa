# SPDX-License-Identifier: MIT
"""validate.py SCHEMA FILE...: is each JSON file as the schema says?"""
import json
import sys

import jsonschema

schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
for path in sys.argv[2:]:
    errors = list(jsonschema.Draft202012Validator(schema).iter_errors(json.load(open(path))))
    for error in errors[:5]:
        print(path, list(error.absolute_path), error.message[:200])
    if errors:
        sys.exit(1)
