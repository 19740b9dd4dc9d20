"""Lists every programme with a client made from the contract, and prints as many lines as there are."""

import sys
from urllib.parse import parse_qs, urlsplit

from directory_client import Client
from directory_client.api.programmes import list_programmes
from directory_client.models import ListProgrammesSort, ProblemBody, ProgrammeList
from directory_client.types import UNSET

client = Client(base_url=sys.argv[1])
cursor = UNSET
while True:
    page = list_programmes.sync(client=client, limit=10, sort=ListProgrammesSort.TITLE, cursor=cursor)
    assert isinstance(page, ProgrammeList), page
    for programme in page.data:
        print(programme.id, "·", programme.title)
    if page.links.next_ is None:
        break
    cursor = parse_qs(urlsplit(page.links.next_).query)["cursor"][0]
print("total", page.meta.total)

refused = list_programmes.sync(client=client, role=["midwif"])
assert isinstance(refused, ProblemBody), refused
assert (refused.code, refused.errors[0].did_you_mean) == ("unknown-term", "midwife"), refused
