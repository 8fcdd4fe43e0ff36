"""Run by the Python that has yProv4ML: one run with a bit of everything; prints what it logged as JSON."""

import json
import random
import sys

import torch
import yprov4ml

kind, random_state = sys.argv[1], random.Random(7)
model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU(), torch.nn.Linear(3, 2))
data = torch.utils.data.TensorDataset(torch.zeros(20, 4), torch.zeros(20, 2))
loader = torch.utils.data.DataLoader(data, batch_size=5)

yprov4ml.start_run(
    experiment_name="real",
    provenance_save_dir="runs",
    metrics_file_type=kind,
    save_after_n_logs=7,
    use_compressor=yprov4ml.CompressorType.BLOSC_ZSTD if kind == "zarr" else None,
)
yprov4ml.log_param("lr", 0.001)
yprov4ml.log_param("optimizer", "Adam")
yprov4ml.log_param("epochs", 3, context="training")
with open("notes.txt", "w") as file:
    file.write("some notes\n")
yprov4ml.log_artifact("notes", "notes.txt", context="training", is_input=True)
yprov4ml.log_dataset("train_dataset", loader, context="training")
points = []
for step in range(50):
    for name, context, source in (
        ("loss", "training", None),
        ("loss", "validation", None),
        ("gpu_use", "training", "nvml"),
        ("my_long_metric", "training", None),
    ):
        value = random_state.gauss(0, 10)
        moment = 1_700_000_000_000 + step * 1000
        yprov4ml.log_metric(name, value, context=context, step=step // 10, source=source, timestamp=moment)
        points.append([name, context, source, step // 10, moment, value])
for version in range(2):
    yprov4ml.save_model_version("net", model, context="training", step=version)
yprov4ml.log_model("final", model, context="training", log_model_layers=True)
yprov4ml.end_run()
print("\n" + json.dumps({"points": points, "parameters": sum(p.numel() for p in model.parameters())}))
