"""What the waiver in schemathesis.toml allows, and no more."""

import schemathesis

# The parameters whose values only the running directory can tell good from bad.
FILTERS = {
    "role", "level", "band", "eligibility", "provider", "region", "delivery", "cost", "award", "framework", "type",
    "status",
}


@schemathesis.hook
def before_call(ctx, case, **kwargs):
    """Nothing changes meanwhile: whoever would wait, waits in vain."""
    wait = str((case.query or {}).get("wait", ""))
    if case.operation.path == "/v1/changes" and wait.isdigit() and int(wait) <= 55:
        case.query["wait"] = "0"


@schemathesis.check
def refused_for_what_only_the_directory_knows(ctx, response, case):
    """A list refuses what the contract allows only for a term or a cursor that it does not know."""
    if response.status_code != 400 or not case.meta or not case.meta.generation.mode.is_positive:
        return
    if case.operation.path == "/oauth/token":
        # A secret in the header and in the body alike.
        assert response.json()["error"] in {"invalid_request", "invalid_scope"}, response.text
        return
    if case.operation.path.startswith("/ims/"):
        # A grammar, and names of fields.
        assert any(word in response.json()["imsx_description"] for word in ("filter", "field")), response.text
        return
    for error in response.json()["errors"]:
        # A list of one empty text is written as nothing: the contract forbids it (`minLength`), and so may we.
        if error["detail"].endswith("has an empty value."):
            continue
        # No contract can say that one value of a parameter goes with another parameter only.
        if error["detail"].startswith("“sort=relevance” puts"):
            continue
        # One custom field filled twice is told too: no contract can say that the names before two colons differ.
        assert error.get("parameter") in FILTERS | {"cursor", "customFields"}, error


@schemathesis.check
def refused_for_names_that_only_the_directory_knows(ctx, response, case):
    """A check refuses what the contract allows only for a term, an entry, a rule's words or a cursor."""
    if response.status_code != 422 or not case.meta or not case.meta.generation.mode.is_positive:
        return
    for error in response.json()["errors"]:
        assert error["pointer"].split("/")[1] in {"profile", "show", "filter", "cursor"}, error
