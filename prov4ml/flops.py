"""Floating-point operations of a PyTorch model's forward pass, counted by `torch.utils.flop_counter`.

A multiplication and an addition count as two operations. Counting leaves no trace: parameters, buffers,
gradients, training mode and random states are afterwards as they were. Forward hooks of the user do run.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from typing import Any

_HINT = "FLOPs are counted for PyTorch modules, with PyTorch 2.1 or newer"


class FlopsUnavailable(Exception):
    """The operations cannot be counted; the text says why and what to do."""


def count_flops(model: Any, batch: Any) -> int:
    """Return the operations of one forward pass over one batch, in evaluation mode.

    Args:
        model: a PyTorch module.
        batch: what a data loader yields. A dictionary is passed by name; of a list or tuple the first element
            is the input, as in (inputs, targets), unless the model takes all of them; anything else is
            the input. It is moved to the model's device.

    Raises:
        FlopsUnavailable: no PyTorch module, PyTorch too old, lazy parameters without values, or the model
            does not take the batch.
    """
    _require_module(model)
    with _untouched(model):
        return _count(model, batch)


def count_epoch_flops(model: Any, dataset: Any) -> int:
    """Return the operations of one forward pass over a whole dataset, in evaluation mode.

    Counts a batch made of the first samples and scales it, and a smaller last batch likewise. The loader is
    not iterated, since that would draw from the random state of the training; samples are taken from the
    dataset itself.

    Args:
        model: a PyTorch module.
        dataset: a DataLoader, or a dataset with a length, which counts sample by sample.

    Raises:
        FlopsUnavailable: as in `count_flops`, or the data is a stream that only iterating would show.
    """
    _require_module(model)
    loader = dataset if hasattr(dataset, "collate_fn") else None
    samples = dataset if loader is None else dataset.dataset
    if not hasattr(samples, "__getitem__") or not hasattr(samples, "__len__"):
        raise FlopsUnavailable(
            f"the operations of an epoch cannot be counted for {type(dataset).__name__}: it has no length or "
            "no index; use log_flops_per_batch"
        )
    with _untouched(model):
        return sum(
            batches * _count(model, _first_batch(loader, samples, size))
            for size, batches in _batch_sizes(loader, samples)
        )


def _batch_sizes(loader: Any, samples: Any) -> list[tuple[int, int]]:
    """Return the (size, number) of the batches of an epoch; sample by sample where the size is not fixed."""
    sampler = getattr(loader, "sampler", samples)  # a distributed or weighted one draws its own number
    total = len(sampler) if hasattr(sampler, "__len__") else len(samples)
    size = getattr(loader, "batch_size", None) or 1
    full, rest = divmod(total, size)
    last = [] if rest == 0 or loader.drop_last else [(rest, 1)]
    return [(size, full)] * (full > 0) + last


def _first_batch(loader: Any, samples: Any, size: int) -> Any:
    size = min(size, len(samples))
    if loader is None:
        from torch.utils.data import default_collate

        return default_collate([samples[number] for number in range(size)])
    if loader.batch_sampler is None:  # batching is off: the dataset's items are the batches
        return loader.collate_fn(samples[0])
    return loader.collate_fn([samples[number] for number in range(size)])


def _require_module(model: Any) -> None:
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(model, torch.nn.Module):
        raise FlopsUnavailable(f"{_HINT}, not for {type(model).__name__}")
    if any(torch.nn.parameter.is_lazy(parameter) for parameter in model.parameters()):
        raise FlopsUnavailable("the model has lazy parameters: run one batch through it first")


def _count(model: Any, batch: Any) -> int:
    try:
        from torch.utils.flop_counter import FlopCounterMode
    except ImportError as error:
        raise FlopsUnavailable(_HINT) from error
    first = next(iter([*model.parameters(), *model.buffers()]), None)
    moved = batch if first is None else _move(batch, first.device)
    problem: Exception | None = None
    for arguments, named in _calls(moved):
        counter = FlopCounterMode(display=False)
        try:
            with counter:
                model(*arguments, **named)
        except Exception as error:
            problem = problem or error
        else:
            return int(counter.get_total_flops())
    raise FlopsUnavailable(
        f"the model does not take the batch ({type(problem).__name__}: {problem}); "
        "pass what the model is called with"
    ) from problem


def _calls(batch: Any) -> list[tuple[list[Any], dict[str, Any]]]:
    if isinstance(batch, Mapping):
        return [([], {str(name): value for name, value in batch.items()}), ([batch], {})]
    if isinstance(batch, list | tuple) and batch:
        return [([batch[0]], {}), (list(batch), {}), ([batch], {})]
    return [([batch], {})]


def _move(batch: Any, device: Any) -> Any:
    if isinstance(batch, Mapping):
        return {name: _move(value, device) for name, value in batch.items()}
    if isinstance(batch, list | tuple):
        return [_move(value, device) for value in batch]
    return batch.to(device) if hasattr(batch, "to") else batch


def _untouched(model: Any) -> AbstractContextManager[None]:
    """Return a context in which the model evaluates without gradients and after which it is as before."""
    import random
    from contextlib import contextmanager

    import torch

    @contextmanager
    def untouched() -> Iterator[None]:
        modes = [(module, module.training) for module in model.modules()]
        devices = {parameter.device for parameter in model.parameters() if parameter.device.type == "cuda"}
        python_state = random.getstate()
        numpy = sys.modules.get("numpy")
        numpy_state = numpy.random.get_state() if numpy is not None else None
        try:
            for module, _ in modes:
                module.training = False  # train(False) may be overridden, and could not be undone one by one
            with torch.random.fork_rng(devices=list(devices)), torch.no_grad():
                yield
        finally:
            for module, mode in modes:
                module.training = mode
            random.setstate(python_state)
            if numpy is not None:
                numpy.random.set_state(numpy_state)

    return untouched()
