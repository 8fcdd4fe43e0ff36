"""Authors, affiliations, publisher, funders and contact of a crate, and its own identifier, as entities."""

from urllib.parse import quote

from prov4ml.rundir import safe_name

from ..text import escape_text
from .entities import Entity, doi_url, property_value, put, web_url
from .options import Author, Contact, CrateOptions, Organization


def add_people(entities: dict[str, Entity], options: CrateOptions) -> list[str]:
    """Add authors, affiliations, publisher and contact; return the identifiers of the authors."""
    agents: list[str] = []
    contact = options.contact
    if contact is not None:
        put(entities, _contact_entity(contact))
    organizations = [author.affiliation for author in options.authors]
    organizations += [options.publisher, *options.funders]
    reachable = [author.affiliation for author in options.authors if contact and author.name == contact.name]
    reachable.append(options.publisher)
    for organization in organizations:
        if organization is not None:
            entity: Entity = {
                "@id": organization_id(organization),
                "@type": "Organization",
                "name": escape_text(organization.name),
            }
            if url := web_url(organization.url):
                entity["url"] = url
            reach = Contact(organization.name, organization.email) if organization.email else contact
            if reach is not None and (organization.email or organization in reachable):
                entity["contactPoint"] = {"@id": contact_id(reach)}
                entities.setdefault(contact_id(reach), _contact_entity(reach))
            put(entities, entity)
    if options.identifier is not None and options.spec != "1.1":
        put(entities, identifier_entity(options.identifier, options))
    for citation in options.citations:
        url = doi_url(citation)
        put(entities, {"@id": url, "@type": "CreativeWork", "name": url, "url": url})
    for author in options.authors:
        agents.append(_author_id(author))
        put(entities, _person(author, contact))
    return agents


def identifier_entity(identifier: str, options: CrateOptions) -> Entity:
    """Return the crate's identifier as an entity that says its kind (RO-Crate 1.2, Root Data Entity).

    The `@id` of a DOI is where it leads to. It has no `url`, which stands for what can be resolved: a DOI
    leads nowhere before the crate that names it is published, and validators would follow it.
    """
    url = doi_url(identifier)
    doi = url.removeprefix("https://doi.org/")
    if doi != url:
        cited = url in map(doi_url, options.citations)  # where the same URL stands for what to read
        entity = property_value("#identifier" if cited else url, "DOI", f"doi:{doi}", "The DOI of the crate.")
        entity["propertyID"] = "https://registry.identifiers.org/registry/doi"
        return entity
    kind = "URL" if web_url(url) else "identifier"
    entity = property_value("#identifier", kind, url, f"The {kind} of the crate.")
    if web_url(url):
        entity["url"] = url
    return entity


def _contact_entity(contact: Contact) -> Entity:
    entity: Entity = {
        "@id": contact_id(contact),
        "@type": "ContactPoint",
        "contactType": "Responsible person",
    }
    for key, value in (("name", contact.name), ("email", contact.email), ("url", contact.url)):
        if value:
            entity[key] = escape_text(value)
    return entity


def _person(author: Author, contact: Contact | None) -> Entity:
    entity: Entity = {"@id": _author_id(author), "@type": "Person", "name": escape_text(author.name)}
    if author.affiliation is not None:
        entity["affiliation"] = {"@id": organization_id(author.affiliation)}
    if author.email:
        entity["email"] = author.email
    if contact is not None and contact.name == author.name:
        entity["contactPoint"] = {"@id": contact_id(contact)}
    return entity


def _author_id(author: Author) -> str:
    return web_url(author.orcid) or local_id("person", author.name)


def organization_id(organization: Organization) -> str:
    """Return the `@id` of an institution: its URL, else a local one."""
    return web_url(organization.url) or local_id("organization", organization.name)


def contact_id(contact: Contact) -> str:
    """Return the `@id` of a contact: its address, its URL, else a local one."""
    if contact.email:
        return f"mailto:{quote(contact.email, safe='@')}"
    return web_url(contact.url) or local_id("contact", contact.name or "contact")


def local_id(kind: str, name: str) -> str:
    """Return the `@id` of something that has no URL."""
    return f"#{kind}/{quote(safe_name(name))}"
