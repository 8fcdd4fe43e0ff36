import random

import pytest

from prov4ml.flops import FlopsUnavailable, count_epoch_flops, count_flops

torch = pytest.importorskip("torch", reason="needs torch: make test-torch")

LINEAR = 2 * 3 * 5  # operations of Linear(3, 5) for one sample: a multiplication and an addition a weight


@pytest.fixture
def model():
    layers = torch.nn.Linear(3, 5), torch.nn.BatchNorm1d(5), torch.nn.Dropout(0.5)
    return torch.nn.Sequential(*layers).train()


class Noisy(torch.utils.data.Dataset):
    """Draws in every sample, as augmentation does."""

    def __len__(self):
        return 10

    def __getitem__(self, number):
        return torch.rand(3) + random.random(), number


@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: (x, None), lambda x: [x, x], lambda x: {"input": x}])
def test_one_batch_in_every_shape(model, wrap):
    assert count_flops(model, wrap(torch.rand(4, 3))) == 4 * LINEAR


def test_a_model_of_two_inputs():
    class Product(torch.nn.Module):
        def forward(self, a, b):
            return a @ b

    assert count_flops(Product(), (torch.rand(2, 3), torch.rand(3, 4))) == 2 * 2 * 3 * 4


def test_counting_leaves_no_trace(model):
    model[2].eval()
    state = {name: value.clone() for name, value in model.state_dict().items()}
    modes = [module.training for module in model.modules()]
    random_state, python_state = torch.get_rng_state(), random.getstate()
    count_flops(model, torch.rand(4, 3, generator=torch.Generator().manual_seed(1)))
    count_epoch_flops(model, torch.utils.data.DataLoader(Noisy(), batch_size=4, shuffle=True))
    assert all(torch.equal(model.state_dict()[name], value) for name, value in state.items())
    assert [module.training for module in model.modules()] == modes == [True, True, True, False]
    assert all(parameter.grad is None for parameter in model.parameters())
    assert torch.equal(torch.get_rng_state(), random_state)
    assert random.getstate() == python_state
    assert torch.is_grad_enabled()


def test_the_mode_comes_back_after_an_error(model):
    with pytest.raises(
        FlopsUnavailable, match=r"the model does not take the batch \(RuntimeError: .*pass what"
    ):
        count_flops(model, torch.rand(4, 99))
    assert all(module.training for module in model.modules())


@pytest.mark.parametrize(
    ("options", "samples"),
    [
        ({"batch_size": 4}, 10),
        ({"batch_size": 4, "drop_last": True}, 8),
        ({"batch_size": 5, "shuffle": True}, 10),
        ({"batch_size": 50}, 10),
        ({"batch_size": 2, "sampler": [0, 1, 2]}, 3),
        ({"batch_sampler": [[0, 1, 2], [3]]}, 10),
    ],
)
def test_an_epoch(model, options, samples):
    assert count_epoch_flops(model, torch.utils.data.DataLoader(Noisy(), **options)) == samples * LINEAR


def test_an_epoch_of_a_plain_dataset_and_of_ready_batches(model):
    assert count_epoch_flops(model, Noisy()) == 10 * LINEAR
    batches = torch.utils.data.TensorDataset(torch.rand(6, 4, 3))
    assert count_epoch_flops(model, torch.utils.data.DataLoader(batches, batch_size=None)) == 24 * LINEAR


def test_an_epoch_of_a_stream(model):
    class Stream(torch.utils.data.IterableDataset):
        def __iter__(self):
            raise AssertionError("the stream was read")

    with pytest.raises(FlopsUnavailable, match=r"for DataLoader: it has no length.*use log_flops_per_batch"):
        count_epoch_flops(model, torch.utils.data.DataLoader(Stream()))


@pytest.mark.parametrize(
    ("unusable", "message"),
    [
        (object(), "FLOPs are counted for PyTorch modules, with PyTorch 2.1 or newer, not for object"),
        (torch.nn.LazyLinear(2), "the model has lazy parameters: run one batch through it first"),
    ],
)
def test_what_cannot_be_counted(unusable, message):
    with pytest.raises(FlopsUnavailable) as caught:
        count_flops(unusable, torch.rand(1, 3))
    assert str(caught.value) == message
