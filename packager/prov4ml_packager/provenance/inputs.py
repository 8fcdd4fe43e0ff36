"""What a run starts from: parameters, datasets, source code, the environment, commands, numbered inputs."""

from collections import Counter
from pathlib import PurePosixPath

from prov4ml.rundir import safe_names

from ..record import PortRecord, RankRecord, RunRecord
from .activities import RunActivities
from .attributes import (
    base_name,
    file_attributes,
    git_attributes,
    optional_integer,
    optional_text,
    user_attributes,
)
from .builder import Attributes, DocumentBuilder
from .values import literal, several, text


def add_parameters(builder: DocumentBuilder, run: RunRecord, activities: RunActivities) -> None:
    """Add the parameters: used, or generated where the user logged them as no input."""
    keys = safe_names(parameter.key for parameter in run.parameters)
    contexts = safe_names(one.context for one in run.parameters if one.context is not None)
    for parameter in run.parameters:
        context = [] if parameter.context is None else [contexts[parameter.context]]
        entity = builder.claim("param", *context, keys[parameter.key])
        builder.element(
            "entity",
            entity,
            parameter.key,
            ["prov4ml:Parameter"],
            {
                "prov:value": literal(parameter.value),
                "prov4ml:context": optional_text(parameter.context),
                "prov4ml:source": optional_text(parameter.source),
            },
        )
        activity = activities.of(parameter.context)
        if parameter.is_input:
            builder.used(activity, entity, parameter.time)
        else:
            builder.generated(entity, activity, parameter.time)


def add_datasets(builder: DocumentBuilder, run: RunRecord, activities: RunActivities) -> None:
    """Add the datasets with their sizes and the digest of their content."""
    keys = safe_names(dataset.label for dataset in run.datasets)
    for dataset in run.datasets:
        entity = builder.claim("dataset", keys[dataset.label])
        builder.element(
            "entity",
            entity,
            dataset.label,
            ["prov4ml:Dataset"],
            {
                "prov4ml:class": optional_text(dataset.type),
                "prov4ml:context": optional_text(dataset.context),
                **file_attributes(dataset.file),
                **({"prov4ml:sha256": text(dataset.sha256)} if dataset.sha256 else {}),
                **user_attributes(dataset.info),
            },
        )
        builder.used(activities.of(dataset.context, dataset.rank), entity, dataset.time)


def add_source_code(builder: DocumentBuilder, run: RunRecord, activities: RunActivities) -> None:
    """Add the source code with its commit, its files as members; without logged files, the commit alone."""
    git = next((rank.git for rank in run.ranks if rank.git is not None), None)
    script = next((rank.script for rank in run.ranks if rank.script), None)
    if not run.source_code and git is not None:
        label = base_name(script) if script else "source code"
        entity = builder.claim("source_code")
        builder.element("entity", entity, label, ["prov4ml:SourceCode"], git_attributes(git))
        builder.used(activities.run, entity, activities.run.start)
    for record in run.source_code:
        entity = builder.claim("source_code")
        builder.element(
            "entity",
            entity,
            base_name(record.script) if record.script else "source code",
            ["prov4ml:SourceCode", *(["prov:Collection"] if record.files else [])],
            {"prov4ml:path": optional_text(record.script), **git_attributes(record.git or git)},
        )
        names = [file.path if file.path is not None else base_name(file.original) for file in record.files]
        keys = safe_names(PurePosixPath(one).name for one in names)
        for file, path in zip(record.files, names, strict=True):
            label = PurePosixPath(path).name
            member = builder.claim("source_file", keys[label])
            builder.element("entity", member, label, ["prov4ml:SourceFile"], file_attributes(file))
            builder.member(entity, member)
        builder.used(activities.run, entity, record.time)


def add_environment(builder: DocumentBuilder, run: RunRecord, activities: RunActivities) -> None:
    """Add the software and hardware that the ranks ran on; ranks with the same share one entity."""
    known: list[tuple[Attributes, str]] = []
    for rank in run.ranks:
        attributes = _environment_attributes(rank)
        entity = next((one for seen, one in known if seen == attributes), None)
        if entity is None:
            entity = builder.claim("environment")
            known.append((attributes, entity))
            implementation = rank.python.get("implementation") or "Python"
            label = f"{implementation} {rank.python.get('version', '')}".strip()
            builder.element("entity", entity, label, ["prov4ml:Environment"], attributes)
        activity = activities.of(None, rank.rank)
        builder.used(activity, entity, activity.start)


def _environment_attributes(rank: RankRecord) -> Attributes:
    devices = Counter(
        " ".join(str(device[key]) for key in ("kind", "name") if device.get(key))
        + (f", {device['memory']} bytes" if device.get("memory") else "")
        for device in rank.devices
    )
    return {
        "prov4ml:pythonImplementation": optional_text(rank.python.get("implementation")),
        "prov4ml:pythonVersion": optional_text(rank.python.get("version")),
        "prov4ml:system": optional_text(rank.platform.get("system")),
        "prov4ml:release": optional_text(rank.platform.get("release")),
        "prov4ml:machine": optional_text(rank.platform.get("machine")),
        "prov4ml:cpuCount": optional_integer(rank.cpu_count),
        "prov4ml:device": several(text(f"{count} × {device}") for device, count in devices.items()),
        "prov4ml:package": several(
            text(f"{package}=={version}") for package, version in sorted(rank.packages.items())
        ),
    }


def add_commands(builder: DocumentBuilder, run: RunRecord, activities: RunActivities) -> None:
    """Add the commands that the user logged for running the job again."""
    for command in run.commands:
        entity = builder.claim("command")
        builder.element(
            "entity", entity, "command", ["prov4ml:Command"], {"prov:value": literal(command.command)}
        )
        builder.used(activities.run, entity, command.time)


def add_ports(builder: DocumentBuilder, run: RunRecord, activities: RunActivities) -> None:
    """Add the numbered inputs, which were used, and outputs, which were generated."""
    for port in run.ports:
        entity = builder.claim(port.direction, str(port.number))
        kind = "prov4ml:Input" if port.direction == "input" else "prov4ml:Output"
        builder.element("entity", entity, _port_label(port), [kind], _port_attributes(port))
        activity = activities.of(None, port.rank)
        if port.direction == "input":
            builder.used(activity, entity, port.time)
        else:
            builder.generated(entity, activity, port.time)


def _port_label(port: PortRecord) -> str:
    name = f"{port.direction} {port.number}"
    return f"{name}: {base_name(port.file.original)}" if port.file is not None else name


def _port_attributes(port: PortRecord) -> Attributes:
    if port.file is None:
        return {"prov:value": literal(port.value)}
    return file_attributes(port.file)
