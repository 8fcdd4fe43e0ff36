"""What a user may choose for a crate: archive, versions, and the people and licence it belongs to."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from ..errors import PackagerError
from .entities import doi_url, web_url

Compression = Literal["stored", "deflate", "bzip2", "lzma", "zstd"]
Spec = Literal["1.1", "1.2", "1.3"]
Profile = Literal["process", "workflow", "provenance"]
SecretPolicy = Literal["warn", "refuse", "ignore"]

COMPRESSIONS: tuple[Compression, ...] = get_args(Compression)
SPECS: tuple[Spec, ...] = get_args(Spec)
PROFILES: tuple[Profile, ...] = get_args(Profile)
SECRET_POLICIES: tuple[SecretPolicy, ...] = get_args(SecretPolicy)
RUN_TERMS = "https://w3id.org/ro/terms/workflow-run/context"


@dataclass(frozen=True)
class Organization:
    """An institution; `url` (its ROR where it has one) identifies it, `email` is where to reach it."""

    name: str
    url: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class Author:
    """A person; `orcid` is the full IRI, `https://orcid.org/…`."""

    name: str
    orcid: str | None = None
    affiliation: Organization | None = None
    email: str | None = None


@dataclass(frozen=True)
class Contact:
    """Whom to ask about the crate."""

    name: str | None = None
    email: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class CrateOptions:
    """All choices for one crate.

    Attributes:
        compression: how the members of a zip are compressed; None is what the run was started with, and
            stored where that says nothing.
        spec: version of RO-Crate.
        profile: of Workflow Run RO-Crate, 0.5 on RO-Crate 1.1, 0.6 on 1.3; None for what suits: `workflow`
            where the runs logged a workflow file as their source, else `process`; none on 1.2.
        bag: make it the payload of a BagIt bag.
        bagged: when the bag was made; None is the end of the last run.
        with_raw: also put in the ranks' journals and metric points as the logger wrote them.
        redact: replace users, hosts and home folders by pseudonyms in all that is made of the runs.
        secrets: what to do about likely secrets in what was logged: say it, make no crate, or do not look.
        name: title of the crate; None makes one from the experiment.
        description: what the crate is about; None makes one from the run.
        license: SPDX identifier or http(s) URL.
        authors: in the order of the citation; the first one is also the agent of the runs.
        publisher: who publishes the crate.
        funders: who paid for it.
        contact: whom to ask.
        url: page of the software that ran, used where the run knows no commit on a code host.
        keywords: free words.
        citations: URLs or DOIs of what to read about it.
        identifier: URL or DOI of the crate itself.
        hidden_names: people and institutions that a redacted crate must not name.
    """

    compression: Compression | None = None
    spec: Spec = "1.1"
    profile: Profile | None = None
    with_raw: bool = False
    redact: bool = False
    secrets: SecretPolicy = "warn"
    bag: bool = False
    bagged: date | None = None
    name: str | None = None
    description: str | None = None
    license: str | None = None
    authors: tuple[Author, ...] = ()
    publisher: Organization | None = None
    funders: tuple[Organization, ...] = ()
    contact: Contact | None = None
    url: str | None = None
    keywords: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()
    identifier: str | None = None
    hidden_names: tuple[str, ...] = ()

    def check(self) -> None:
        """Refuse what does not go together, or leads nowhere.

        Raises:
            PackagerError: an unknown compression, version, profile or policy, a run profile on RO-Crate 1.2,
                for which none was made, raw files in a redacted crate; or a page or citation that leads
                nowhere, or an empty keyword, with the key of the configuration as place.
        """
        if self.compression is not None and self.compression not in COMPRESSIONS:
            raise PackagerError(f"compression {self.compression!r} is not known", hint=_one_of(COMPRESSIONS))
        if self.spec not in SPECS:
            raise PackagerError(f"RO-Crate version {self.spec!r} is not known", hint=_one_of(SPECS))
        if self.profile is not None and self.profile not in PROFILES:
            raise PackagerError(f"profile {self.profile!r} is not known", hint=_one_of(PROFILES))
        if self.profile is not None and self.spec == "1.2":
            raise PackagerError("no run profile was made for RO-Crate 1.2", hint="choose --spec 1.1 or 1.3")
        if self.secrets not in SECRET_POLICIES:
            raise PackagerError(f"secrets {self.secrets!r} is not known", hint=_one_of(SECRET_POLICIES))
        if self.url is not None and web_url(self.url) is None:
            raise PackagerError(f"{self.url!r} is no http(s) URL", place="url")
        for citation in self.citations:
            if web_url(doi_url(citation)) is None:
                raise PackagerError(f"{citation!r} is no http(s) URL and no DOI", place="citation")
        if any(not word.strip() for word in self.keywords):
            raise PackagerError("one is empty", place="keywords", hint="leave it out")
        if self.redact and self.with_raw:
            raise PackagerError(
                "raw files are what the logger wrote, and cannot be redacted",
                hint="leave out --with-raw or --redact",
            )


def _one_of(choices: tuple[str, ...]) -> str:
    return f"choose {' or '.join(choices)}"
