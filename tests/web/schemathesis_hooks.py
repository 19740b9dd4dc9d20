"""What the waiver in schemathesis.toml allows, and no more."""

import schemathesis

RUNNING_DIRECTORY_KNOWS = {"unknown-term", "invalid-cursor"}


@schemathesis.check
def refused_for_what_only_the_directory_knows(ctx, response, case):
    """A list refuses what the contract allows only for a term or a cursor that it does not know."""
    if response.status_code != 400 or not case.meta or not case.meta.generation.mode.is_positive:
        return
    code = response.json()["code"]
    assert code in RUNNING_DIRECTORY_KNOWS, f"{code}: {response.json()['detail']}"
