import pickle
import sys

import pytest

from prov4ml.models import UnsupportedModel, describe_model, save_model


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="needs torch: make test-torch")


@pytest.fixture
def sklearn():
    return pytest.importorskip("sklearn", reason="scikit-learn is not installed: pip install scikit-learn")


def test_a_torch_module(torch, tmp_path):
    net = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.ReLU(), torch.nn.BatchNorm1d(2))
    net[0].bias.requires_grad_(False)
    assert describe_model(net, layers=True) == {
        "class": "torch.nn.modules.container.Sequential",
        "parameters": 3 * 2 + 2 + 4,
        "trainable_parameters": 3 * 2 + 4,
        "memory_bytes": 12 * 4 + 4 * 4 + 8,  # running mean and variance, and an int64 counter
        "layers": [
            {"name": "0", "class": "torch.nn.modules.linear.Linear", "parameters": 8},
            {"name": "1", "class": "torch.nn.modules.activation.ReLU", "parameters": 0},
            {"name": "2", "class": "torch.nn.modules.batchnorm.BatchNorm1d", "parameters": 4},
        ],
    }
    saved = save_model(net, tmp_path, "net")
    assert saved == tmp_path / "net.pt"
    state = torch.load(saved, weights_only=True)
    assert all(torch.equal(state[name], value) for name, value in net.state_dict().items())


def test_shared_and_lazy_parameters(torch):
    shared = torch.nn.Linear(2, 2, bias=False)
    assert describe_model(torch.nn.Sequential(shared, shared))["parameters"] == 4
    lazy = describe_model(torch.nn.LazyLinear(2), layers=True)
    assert (lazy["parameters"], lazy["layers"]) == (None, None)


def test_a_subclass_of_a_module_and_its_root_layer(torch):
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = torch.nn.Parameter(torch.ones(5))

    assert describe_model(Net(), layers=True)["layers"][0]["name"] == "Net"
    assert describe_model(Net(), layers=True)["layers"][0]["parameters"] == 5


def test_a_state_dictionary(torch, tmp_path):
    state = torch.nn.Linear(3, 2).state_dict()
    assert describe_model(state)["parameters"] == 8
    assert set(torch.load(save_model(state, tmp_path, "state"), weights_only=True)) == {"weight", "bias"}


def test_scikit_learn(sklearn, tmp_path):
    import joblib
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.tree import DecisionTreeClassifier

    inputs, targets = [[0.0, 1.0], [1.0, 0.0], [2.0, 1.0]], [0, 1, 2]
    assert describe_model(LogisticRegression())["parameters"] is None
    pipeline = make_pipeline(StandardScaler(), LogisticRegression()).fit(inputs, targets)
    described = describe_model(pipeline, layers=True)
    assert described["class"] == "sklearn.pipeline.Pipeline"
    assert described["parameters"] == 3 * 2 + 3
    assert [layer["name"] for layer in described["layers"]] == ["standardscaler", "logisticregression"]
    network = MLPClassifier((4,), max_iter=300, tol=1e9).fit(inputs, targets)
    assert describe_model(network)["parameters"] == (2 * 4 + 4 * 3) + (4 + 3)
    assert describe_model(DecisionTreeClassifier().fit(inputs, targets))["parameters"] is None
    saved = save_model(pipeline, tmp_path, "pipeline")
    assert saved.name == "pipeline.joblib"
    assert list(joblib.load(saved).predict(inputs)) == list(pipeline.predict(inputs))


@pytest.mark.filterwarnings("default")  # Keras warns of its own calls
def test_keras(tmp_path, monkeypatch):
    pytest.importorskip("torch", reason="needs torch, as the backend of Keras: make test-torch")
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    keras = pytest.importorskip("keras", reason="Keras is not installed: make test-torch")
    model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(2)])
    described = describe_model(model, layers=True)
    assert (described["parameters"], described["memory_bytes"]) == (8, 32)
    assert save_model(model, tmp_path, "net").suffix == ".keras"


def test_bytes_and_paths(tmp_path):
    assert describe_model(b"abc")["memory_bytes"] == 3
    assert save_model(bytearray(b"abc"), tmp_path, "blob").read_bytes() == b"abc"
    path = tmp_path / "weights.onnx"
    path.write_bytes(b"12345")
    assert describe_model(path) | {"class": "file", "memory_bytes": 5} == describe_model(str(path))
    assert save_model(path, tmp_path / "elsewhere", "unused") == path


def test_any_other_object_is_pickled(tmp_path):
    saved = save_model({"weights": [1.5]}, tmp_path, "table")
    assert saved.name == "table.pkl"
    assert pickle.loads(saved.read_bytes()) == {"weights": [1.5]}
    assert describe_model(object(), layers=True)["layers"] is None


def test_what_cannot_be_saved_leaves_nothing(tmp_path, torch):
    class Unsaveable(torch.nn.Module):
        def state_dict(self, *arguments, **named):
            return {"hook": lambda: None}

    for model in (lambda: None, Unsaveable()):
        with pytest.raises(
            UnsupportedModel, match=r"cannot be saved as a model \(.+\); log a PyTorch module"
        ):
            save_model(model, tmp_path, "x")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_imported_for_an_unknown_object(tmp_path):
    import subprocess

    code = (
        "import sys; from prov4ml.models import *; describe_model(object(), layers=True);"
        f"import pathlib; save_model([1], pathlib.Path({str(tmp_path)!r}), 'x');"
        "print({'torch', 'sklearn', 'keras', 'numpy', 'joblib'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
