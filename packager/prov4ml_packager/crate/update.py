"""Changing a crate that is there: files added and taken out, properties of its root set; all or nothing."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from html import escape
from pathlib import Path

from prov4ml_validators.seal.check import SIGNATURE

from ..errors import PackagerError
from ..progress import UNWATCHED, Progress
from .archive.members import MANIFEST, METADATA, PREVIEW, README, Member, bytes_member, file_member
from .archive.paths import archive_paths
from .changed_graph import Changes, Document, change_sentences, changed_document, define_terms, put_part
from .entities import Entity
from .existing import ExistingCrate, open_existing, refuse_worse, replace_crate
from .graph_json import graph_json
from .manifest import manifest_entity, manifest_lines
from .options import SecretPolicy
from .preview import with_metadata_copy
from .privacy.searched import added_from
from .privacy.secret_policy import report_secrets, search_for
from .readme import changed_readme, is_unchanged, readme_entity

_OWN = frozenset({METADATA, MANIFEST, PREVIEW, SIGNATURE})
_BODY_END = b"</body>"


def update_crate(
    crate: Path,
    changes: Changes,
    *,
    secrets: SecretPolicy = "warn",
    note: Callable[[str], None] = lambda line: None,
    warn: Callable[[str], None] = lambda line: None,
    progress: Progress = UNWATCHED,
) -> None:
    """Change a crate and put the new one in the place of the old one in one step, once it has been checked.

    The manifest is made anew, the preview says what was changed, the metadata gets an `UpdateAction`, and a
    signature, which would be wrong now, is taken out.

    Args:
        crate: a zip, tar.gz, tar.zst or directory.
        changes: what to change.
        secrets: what to do about likely secrets in files that are added.
        note: called with one line for what the user should know.
        warn: called with one line for each likely secret.
        progress: told the bytes of added files, those read of the crate, then those packed.

    Raises:
        PackagerError: it is no crate; a path to remove is not in it, one to add is there already or belongs
            to the crate itself; there are likely secrets where they are refused; or the new crate would break
            a rule at MUST that the old one does not break.
    """
    if not (changes.add or changes.remove or changes.properties):
        raise PackagerError("nothing to change", path=crate, hint="give --add, --remove or --set")
    with open_existing(crate) as existing:
        removed = _files_to_remove(existing, changes.remove)
        added = _add_files(existing, changes.add, removed, secrets, note, warn, progress)
        kept = existing.members([*removed, *_OWN], progress)
        document = changed_document(
            existing.document,
            changes,
            crate=crate,
            added=added,
            removed=removed,
            left={member.path for member in kept if not member.is_directory},
        )
        kept = [_followed(member, document, changes) for member in kept]
        members = [*kept, *added]
        define_terms(document)
        put_part(document, manifest_entity(None))
        if (existing.folder / PREVIEW).is_file():
            preview = _preview((existing.folder / PREVIEW).read_bytes(), changes, removed)
            members.append(bytes_member(PREVIEW, with_metadata_copy(preview, document)))
        manifest = bytes_member(MANIFEST, manifest_lines(members))
        put_part(document, manifest_entity(manifest))
        members += [manifest, bytes_member(METADATA, graph_json(document))]
        if (existing.folder / SIGNATURE).exists():
            note(f"{crate}: the signature is taken out; sign it again with prov4ml-pack sign")
        replace_crate(existing, members, check=refuse_worse(existing), progress=progress)


def _followed(member: Member, document: Document, changes: Changes) -> Member:
    """Return our own README for the changed properties, and describe it so; any other member as it is."""
    if member.path != README or not isinstance(member.source, Path):
        return member
    entity: Entity = next((one for one in document["@graph"] if one.get("@id") == README), {})
    if not is_unchanged(member, entity):
        return member
    text = changed_readme(member.source.read_text(encoding="utf-8"), changes.properties)
    readme = bytes_member(README, text.encode("utf-8"))
    put_part(document, readme_entity(readme))
    return readme


def _files_to_remove(existing: ExistingCrate, paths: Sequence[str]) -> set[str]:
    files = existing.files()
    found: set[str] = set()
    for path in paths:
        plain = path.removeprefix("./").rstrip("/")
        inside = {one for one in files if one == plain or one.startswith(f"{plain}/")}
        if not inside or not plain:
            raise PackagerError("is not in the crate", path=existing.path, place=path)
        if inside & _OWN:
            raise PackagerError("belongs to the crate itself", path=existing.path, place=path)
        found |= inside
    return found


def _add_files(
    existing: ExistingCrate,
    add: Mapping[str, Path],
    removed: set[str],
    secrets: SecretPolicy,
    note: Callable[[str], None],
    warn: Callable[[str], None],
    progress: Progress,
) -> list[Member]:
    """Return the members that come in, searched for secrets before anything is written."""
    wanted = [(_free_path(existing, path, source, removed), source) for path, source in sorted(add.items())]
    if not wanted:
        return []
    progress.stage("add")
    with search_for(secrets, note) as search:
        look = search.reader(Path()) if search is not None else None
        added = [
            (source, file_member(path, source, progress=progress, seen=look and partial(look, str(source))))
            for path, source in wanted
        ]
        if search is not None:
            report_secrets(search, [added_from(added)], secrets, "add the file without", note, warn)
    return [member for _, member in added]


def _free_path(existing: ExistingCrate, path: str, source: Path, removed: set[str]) -> str:
    """Return the path in the crate for a file, if it can be there."""
    plain = path.removeprefix("./")
    parts = plain.split("/")
    if plain in _OWN or not all(parts) or {".", ".."} & {*parts} or archive_paths([plain])[plain] != plain:
        raise PackagerError(
            "cannot be a path in a crate", path=existing.path, place=path, hint="choose another name"
        )
    if (existing.folder / plain).exists() and plain not in removed:
        hint = f"take it out first: --remove {plain}"
        raise PackagerError("is in the crate already", path=existing.path, place=path, hint=hint)
    if source.is_dir():
        raise PackagerError("is a directory", path=source, hint="add its files, one --add each")
    return plain


def _preview(content: bytes, changes: Changes, removed: set[str]) -> bytes:
    """Return the preview with a section that says what was changed since it was made."""
    items = "".join(f"<li>{escape(line)}</li>" for line in change_sentences(changes, sorted(removed)))
    when = changes.time.isoformat(timespec="seconds")
    section = (
        f"<section><h2>Changed on {escape(when)}, after this page was made</h2><ul>{items}</ul></section>\n"
    )
    head, end, tail = content.rpartition(_BODY_END)
    return head + section.encode("utf-8") + end + tail if end else content + section.encode("utf-8")
