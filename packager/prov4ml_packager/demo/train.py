"""Train a classifier of handwritten digits with mini-batch SGD and log the run with prov4ml.

A script like any other: copy it and change it. It needs `pip install 'prov4ml[demo]'`.

    python train.py --output runs --epochs 10
"""

import argparse
import csv
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import train_test_split

import prov4ml
from prov4ml import Context


def write_csv(path: Path, images: np.ndarray, labels: np.ndarray) -> None:
    """Write one line an image: its label and its 64 grey values from 0 to 16."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["label", *(f"pixel_{number}" for number in range(images.shape[1]))])
        for label, image in zip(labels, images, strict=True):
            writer.writerow([int(label), *image.astype(int)])


def train(output: Path, epochs: int, batch_size: int, learning_rate: float, seed: int) -> None:
    """Train, validate after each epoch, test at the end, and log all of it."""
    random = np.random.default_rng(seed)
    images, labels = load_digits(return_X_y=True)
    x_train, x_rest, y_train, y_rest = train_test_split(
        images / 16.0, labels, test_size=0.3, random_state=seed, stratify=labels
    )
    x_validation, x_test, y_validation, y_test = train_test_split(
        x_rest, y_rest, test_size=0.5, random_state=seed, stratify=y_rest
    )

    prov4ml.log_params(
        {
            "epochs": epochs,
            "batch_size": batch_size,
            "learning_rate": learning_rate,
            "loss": "log_loss",
            "seed": seed,
            "classes": [int(label) for label in np.unique(labels)],
        }
    )
    data_file = output / "digits.csv"
    write_csv(data_file, images, labels)
    prov4ml.log_artifact("digits.csv", data_file, is_input=True, source="sklearn.datasets.load_digits")
    prov4ml.log_dataset(x_train, "digits-train", Context.TRAINING)
    prov4ml.log_dataset(x_validation, "digits-validation", Context.VALIDATION)
    prov4ml.log_dataset(x_test, "digits-test", Context.TESTING)
    prov4ml.log_source_code()
    prov4ml.register_final_metric("validation_accuracy", 0.0, prov4ml.FoldOperation.MAX)

    model = SGDClassifier(loss="log_loss", learning_rate="constant", eta0=learning_rate, random_state=seed)
    classes = np.unique(labels)
    step = 0
    for epoch in range(epochs):
        order = random.permutation(len(x_train))
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            model.partial_fit(x_train[batch], y_train[batch], classes=classes)
            loss = log_loss(y_train[batch], model.predict_proba(x_train[batch]), labels=classes)
            prov4ml.log_metric("loss", loss, Context.TRAINING, step)
            step += 1
        prov4ml.log_metrics(
            {
                "validation_loss": log_loss(y_validation, model.predict_proba(x_validation), labels=classes),
                "validation_accuracy": accuracy_score(y_validation, model.predict(x_validation)),
            },
            Context.VALIDATION,
            epoch,
        )
        prov4ml.log_system_metrics(Context.TRAINING, epoch)
        prov4ml.save_model_version(model, "digits-classifier", Context.TRAINING, epoch)

    prov4ml.log_metric("test_accuracy", accuracy_score(y_test, model.predict(x_test)), Context.TESTING)
    prov4ml.log_model(model, "digits-classifier")


def main() -> None:
    """Read the command line, train inside a run, and say where the run directory is."""
    parser = argparse.ArgumentParser(description="Train a classifier of handwritten digits.")
    parser.add_argument("--output", type=Path, default=Path("runs"), help="where run directories go")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--learning-rate", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    # An exception in the block ends the run as failed, with the error recorded; nothing logged is lost.
    with prov4ml.start_run("digits", prov_save_path=str(arguments.output)):
        directory = prov4ml.get_run_dir()
        train(
            arguments.output,
            arguments.epochs,
            arguments.batch_size,
            arguments.learning_rate,
            arguments.seed,
        )
    print(directory)


if __name__ == "__main__":
    main()
