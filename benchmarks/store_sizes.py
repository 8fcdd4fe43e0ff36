"""What a store of a typical run takes on disk, beside what compression alone makes of its arrays."""

import lzma
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from prov4ml_packager.metric_table import POINT_DTYPE, MetricTable, series_from_points, sorted_table
from prov4ml_packager.stores import write_store
from prov4ml_packager.zstd import zstd_module

METRICS = ("loss", "accuracy", "f1", "grad_norm", "lr", "throughput")
CONTEXTS = ("TRAINING", "VALIDATION")
POINTS = 10_000


@dataclass(frozen=True)
class StoreSize:
    """Bytes of all files, KiB of disk blocks (of files and directories, as `du`), and number of files."""

    name: str
    size: int
    blocks_kib: int
    files: int


def typical_run() -> MetricTable:
    """Return six metrics of noisy values, logged at jittering times."""
    random = np.random.default_rng(1)
    times = 1_795_000_000_123_456_789 + np.cumsum(np.rint(random.normal(1e7, 1e6, POINTS)).astype(np.int64))
    series = []
    for number, metric in enumerate(METRICS):
        points = np.zeros(POINTS, POINT_DTYPE)
        points["step"] = np.arange(POINTS)
        points["time"] = times + 3_000 * number + random.integers(0, 2_000, POINTS)
        points["value"] = np.exp(-points["step"] / 3_000) + random.normal(0, 0.05, POINTS)
        series.append(series_from_points(points, metric=metric, context=CONTEXTS[number % 2]))
    return sorted_table(series)


def compressed_size(table: MetricTable) -> dict[str, int]:
    """Return the bytes of all columns after byte shuffle, each with or without delta."""
    zstd = zstd_module()
    methods = {
        "zstd 19": lambda data: zstd.compress(data, 19),
        "xz 9e": lambda data: lzma.compress(data, preset=9 | lzma.PRESET_EXTREME),
    }
    sizes = dict.fromkeys(methods, 0)
    for name in POINT_DTYPE.names or ():
        column = np.concatenate([one.points()[name] for one in table.series]).view(np.int64)
        forms = (column, np.diff(column, prepend=column.dtype.type(0)))
        shuffled = [np.ascontiguousarray(form.view(np.uint8).reshape(-1, 8).T).tobytes() for form in forms]
        for method, compress in methods.items():
            sizes[method] += min(len(compress(data)) for data in shuffled)
    return sizes


def write_like_yprov4ml(table: MetricTable, folder: Path) -> Path:
    """Write the directory that yProv4ML 3.2.8 keeps of the same run, after its runs in Zarr.

    A store a metric with `epochs` (int32), `values` (float32) and `timestamps` (int64, milliseconds) in
    chunks of a thousand: half the bits of what we keep.
    """
    import zarr
    from zarr.codecs import BloscCodec

    for series in table.series:
        points = series.points()
        attributes = {"name": series.metric, "context": series.context, "source": "None"}
        path = folder / f"metrics_GR0/{series.metric}_{series.context}_None_GR0.zarr"
        group = zarr.create_group(str(path), attributes=attributes)
        for name, values in (
            ("epochs", points["step"].astype(np.int32)),
            ("values", points["value"].astype(np.float32)),
            ("timestamps", points["time"] // 1_000_000),
        ):
            codec = BloscCodec(cname="zstd", clevel=5, shuffle="shuffle", typesize=values.dtype.itemsize)
            group.create_array(name, data=values, chunks=(1000,), compressors=[codec])
    return folder


def measured(path: Path, name: str) -> StoreSize:
    everything = [path, *path.rglob("*")]
    files = [one for one in everything if one.is_file()]
    return StoreSize(
        name,
        sum(one.stat().st_size for one in files),
        sum(one.stat().st_blocks for one in everything) // 2,
        len(files),
    )


def size_section() -> str:
    """Measure and return the section in Markdown."""
    table = typical_run()
    floors = compressed_size(table)
    floor = min(floors.values())
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        yprov4ml = measured(write_like_yprov4ml(table, folder / "yprov4ml"), "yProv4ML's layout, float32")
        names = ("metrics.zarr", "metrics.zarr.zip", "metrics.nc", "metrics.csv", "metrics.csv.zst")
        sizes = [measured(write_store(table, folder / one), one) for one in names]
    rows = [f"| {method} | {size:,} | {size / floor:.2f} | – | – | – |" for method, size in floors.items()]
    rows += [
        f"| {one.name} | {one.size:,} | {one.size / floor:.2f} | {one.blocks_kib:,} | "
        f"{one.blocks_kib / yprov4ml.blocks_kib:.2f} | {one.files} |"
        for one in (*sizes, yprov4ml)
    ]
    return f"""## Size of a store

{len(METRICS)} metrics of {POINTS:,} points in two contexts, noisy values, jittering times. The floor is the
smaller of zstd and xz, each at its hardest, over the same 64-bit columns after byte shuffle, with or without
delta. yProv4ML's layout keeps float32 and milliseconds. The goals for the default store (`metrics.zarr`): at
most 1.15 floors, and no more disk blocks than yProv4ML's.

| store | bytes | in floors | blocks, KiB | against yProv4ML | files |
|---|---|---|---|---|---|
{chr(10).join(rows)}
"""


if __name__ == "__main__":
    print(size_section())
