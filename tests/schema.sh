# SPDX-License-Identifier: MIT
# For tests of JSON output.
python=/usr/bin/python3 # the one that the system's packages are for
[ -x "$python" ] || python=python3
has_validator() { "$python" -c 'import jsonschema; jsonschema.Draft202012Validator' 2>/dev/null; }
valid() { # what schema file
    if has_validator; then
        check "$1: as the schema says" "$python" "$top_srcdir/tests/tools/validate.py" "$2" "$3"
    else
        skip "$1: as the schema says" "needs python3-jsonschema"
    fi
}
