import hashlib

import pytest

from prov4ml.datasets import describe_dataset


def info(dataset):
    return {name: value["value"] for name, value in describe_dataset(dataset)["info"].items()}


def sha256(dataset):
    return describe_dataset(dataset)["sha256"]


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="needs torch: make test-torch")


@pytest.fixture
def numpy():
    return pytest.importorskip("numpy", reason="numpy is not installed: pip install numpy")


@pytest.fixture
def pandas():
    return pytest.importorskip("pandas", reason="pandas is not installed: pip install pandas")


def test_an_array(numpy):
    array = numpy.arange(12, dtype="<i4").reshape(3, 4)
    assert describe_dataset(array)["class"] == "numpy.ndarray"
    assert info(array) == {"samples": 3, "shape": [3, 4], "dtype": "int32"}
    header = b"array\x1f<i4\x1f(3, 4)"
    expected = hashlib.sha256(len(header).to_bytes(8, "big") + header + array.tobytes()).hexdigest()
    assert sha256(array) == expected
    assert sha256(numpy.asfortranarray(array)) == expected
    assert sha256(array.astype(">i4")) == expected
    assert sha256(numpy.repeat(array, 2, axis=1)[:, ::2]) == expected
    others = [array.T, array.reshape(4, 3), array.astype("<i8"), array.view("<u4"), array + 1]
    assert expected not in [sha256(other) for other in others]


def test_large_arrays_are_read_in_pieces(numpy):
    array = numpy.arange(2_500_000, dtype="<f8")
    header = b"array\x1f<f8\x1f(2500000,)"
    expected = hashlib.sha256(len(header).to_bytes(8, "big") + header + array.tobytes()).hexdigest()
    assert sha256(array) == expected
    assert sha256(numpy.repeat(array, 2)[::2]) == expected


def test_arrays_of_objects(numpy):
    assert sha256(numpy.array(["a", None, 1.5], dtype=object)) == sha256(
        numpy.array(["a", None, 1.5], dtype=object)
    )
    assert sha256(numpy.array(["a", None, 1], dtype=object)) != sha256(
        numpy.array(["a", None, 1.0], dtype=object)
    )
    assert sha256(numpy.array([object()])) is None


def test_masked_arrays_do_not_count_what_is_masked(numpy):
    one = numpy.ma.array([1, 2], mask=[False, True])
    two = numpy.ma.array([1, 3], mask=[False, True])
    assert sha256(one) == sha256(two)
    assert sha256(one) != sha256(numpy.ma.array([1, 2], mask=[False, False]))


def test_a_frame(pandas):
    frame = pandas.DataFrame(
        {"x": [1.0, 2.0], "label": ["a", None], "when": pandas.to_datetime(["2026-01-01"] * 2)}
    )
    described = info(frame)
    assert (described["samples"], described["shape"]) == (2, [2, 3])
    assert described["columns"] == ["x", "label", "when"]
    assert described["dtype"]["x"] == "float64"
    assert info(frame[["x"]])["dtype"] == "float64"
    expected = sha256(frame)
    assert len(expected) == 64
    assert sha256(frame.copy()) == expected
    changed = [
        frame[["label", "x", "when"]],
        frame.rename(columns={"x": "y"}),
        frame.set_index(pandas.Index([5, 6])),
        frame.iloc[::-1],
        frame.assign(label=["a", "b"]),
        frame.assign(x=[1.0, 2.5]),
    ]
    assert expected not in [sha256(other) for other in changed]
    assert sha256(frame["x"]) != sha256(frame["label"])
    assert info(frame["x"]) == {"samples": 2, "shape": [2], "dtype": "float64"}
    assert sha256(frame.set_index(["x", "label"])) != sha256(frame.set_index(["x", "when"]))
    assert sha256(pandas.DataFrame({"lists": [[1], [2]]})) is None


def test_a_tensor_dataset_and_its_loader(torch):
    inputs, targets = torch.arange(20.0).reshape(10, 2), torch.arange(10)
    data = torch.utils.data.TensorDataset(inputs, targets)
    assert info(data) == {"samples": 10, "shape": [[10, 2], [10]], "dtype": ["float32", "int64"]}
    loader = torch.utils.data.DataLoader(data, batch_size=4, shuffle=True)
    described = describe_dataset(loader)
    assert described["class"] == "torch.utils.data.dataloader.DataLoader"
    assert info(loader) == {
        "batch_size": 4,
        "workers": 0,
        "drop_last": False,
        "batches": 3,
        "shuffle": True,
        "dataset": "torch.utils.data.dataset.TensorDataset",
        "samples": 10,
        "shape": [[10, 2], [10]],
        "dtype": ["float32", "int64"],
    }
    assert described["sha256"] == sha256(data)
    assert sha256(torch.utils.data.TensorDataset(inputs, targets + 1)) != sha256(data)


def test_looking_at_a_loader_leaves_the_random_state_alone(torch):
    data = torch.utils.data.TensorDataset(torch.rand(10, 2))
    loader = torch.utils.data.DataLoader(data, batch_size=4, shuffle=True)
    before = torch.get_rng_state()
    describe_dataset(loader)
    assert torch.equal(torch.get_rng_state(), before)


def test_the_loader_says_how_it_draws(torch):
    from torch.utils.data import BatchSampler, DataLoader, RandomSampler, TensorDataset, WeightedRandomSampler
    from torch.utils.data.distributed import DistributedSampler

    data = TensorDataset(torch.rand(10, 2))
    assert info(DataLoader(data))["shuffle"] is False
    assert info(DataLoader(data, sampler=WeightedRandomSampler([1.0] * 10, 10)))["shuffle"] is True
    distributed = DistributedSampler(data, num_replicas=2, rank=0, shuffle=False)
    assert info(DataLoader(data, sampler=distributed))["shuffle"] is False
    batches = BatchSampler(RandomSampler(data), 3, False)
    described = info(DataLoader(data, batch_sampler=batches))
    assert (described["shuffle"], described["batches"], "batch_size" in described) == (True, 4, False)

    class Own:
        def __iter__(self):
            return iter([0])

    assert "shuffle" not in info(DataLoader(data, sampler=Own()))


def test_subsets_and_concatenations(torch):
    data = torch.utils.data.TensorDataset(torch.arange(10))
    first, same, other = (torch.utils.data.Subset(data, indices) for indices in ([1, 2], [1, 2], [2, 1]))
    assert info(first) == {"samples": 2}
    assert sha256(first) == sha256(same) != sha256(other)
    both = torch.utils.data.ConcatDataset([data, first])
    assert info(both) == {"samples": 12}
    assert len(sha256(both)) == 64


def test_a_dataset_of_ones_own(torch):
    class Own(torch.utils.data.Dataset):
        def __init__(self, rows, seed=0):
            self.data = torch.arange(rows * 2).reshape(rows, 2) + seed
            self.names = [f"row {row}" for row in range(rows)]
            self.transform = object()

        def __len__(self):
            return len(self.names)

        def __getitem__(self, number):
            raise AssertionError("a sample was loaded")

    assert info(Own(4)) == {"samples": 4, "shape": [4, 2], "dtype": "int64"}
    assert sha256(Own(4)) == sha256(Own(4)) != sha256(Own(4, seed=1))
    lazy = Own(4)
    lazy.data = torch.zeros(3)  # class weights, say: no row a sample
    assert sha256(lazy) is None


def test_unusual_tensors(torch, numpy):
    assert sha256(torch.arange(3)) == sha256(numpy.arange(3))
    assert len(sha256(torch.zeros(2, dtype=torch.bfloat16))) == 64
    assert sha256(torch.zeros(2, dtype=torch.bfloat16)) != sha256(torch.zeros(2, dtype=torch.float16))
    assert len(sha256(torch.zeros(2, dtype=torch.complex64).conj())) == 64
    assert sha256(torch.empty(2, device="meta")) is None
    assert sha256(torch.ones(2, 2).to_sparse()) is None


def test_streams_are_not_used_up(torch):
    class Stream(torch.utils.data.IterableDataset):
        def __iter__(self):
            raise AssertionError("the stream was read")

    assert describe_dataset(Stream()) == {
        "class": f"{test_streams_are_not_used_up.__module__}.test_streams_are_not_used_up.<locals>.Stream",
        "info": {},
        "sha256": None,
    }
    loader = info(torch.utils.data.DataLoader(Stream(), batch_size=2))
    assert loader["batch_size"] == 2
    assert "batches" not in loader
    numbers = iter([1, 2])
    assert describe_dataset(numbers) == {"class": "list_iterator", "info": {}, "sha256": None}
    assert list(numbers) == [1, 2]


def test_lists_and_dictionaries(numpy):
    assert info([1, 2, 3]) == {"samples": 3}
    assert sha256([1, 2]) == sha256((1, 2)) != sha256([1, 2.0])
    assert sha256([[1], 2]) != sha256([1, [2]])
    assert sha256([object()]) is None
    data = {"x": numpy.zeros((5, 2)), "y": [0] * 5}
    assert info(data) == {"samples": 5, "columns": ["x", "y"]}
    assert len(sha256(data)) == 64
    loop = []
    loop.append(loop)
    assert sha256(loop) is None


def test_paths(tmp_path):
    assert describe_dataset(tmp_path) == {
        "class": "directory",
        "info": {},
        "sha256": None,
        "path": str(tmp_path),
    }
    assert describe_dataset("data.csv")["class"] == "file"


def test_hostile_objects():
    class Hostile:
        def __len__(self):
            raise MemoryError

        def __getattr__(self, name):
            raise RuntimeError(name)

    described = describe_dataset(Hostile())
    assert (described["info"], described["sha256"]) == ({}, None)
