"""Records what Lightning's EarlyStopping and ModelCheckpoint do in the fits of scenarios.py.

    python3 -m venv /tmp/lightning && /tmp/lightning/bin/pip install torch==2.13.0 lightning==2.6.6
    /tmp/lightning/bin/python bench/lightning-scenarios/record.py test/plugins/data/lightning-monitors.json

The file contains each scenario and what Lightning did, and where Fulgur differs on purpose, the reason and what it does instead.
test/plugins/lightning-monitors.test.ts runs them with Fulgur.
"""

import json
import logging
import math
import sys
import tempfile
import warnings
from pathlib import Path

import lightning
import torch
from lightning.pytorch import Callback, LightningModule, Trainer
from lightning.pytorch.callbacks import EarlyStopping, ModelCheckpoint
from scenarios import SCENARIOS
from torch.utils.data import DataLoader, TensorDataset

BATCHES = 4


class Crash(Exception):
    pass


class Scripted(LightningModule):
    """A module with one parameter, whose metrics come from the script."""

    def __init__(self, log, record, crash_at):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))
        self.script, self.record, self.crash_at = log, record, crash_at

    def say(self, at, key):
        for name, metric in self.script.items():
            value = metric["values"].get(str(key)) if metric["at"] == at else None
            if value is None:
                continue
            if at == "step":
                self.log(name, float(value), on_step=metric["on_step"], on_epoch=metric["on_epoch"])
            else:
                self.log(name, float(value))

    def on_train_batch_start(self, batch, batch_idx):
        if self.crash_at == self.current_epoch * BATCHES + batch_idx:
            raise Crash()

    def training_step(self, batch, batch_idx):
        self.say("step", self.current_epoch * BATCHES + batch_idx)
        return (self.weight - batch[0].mean()).square().sum()

    def validation_step(self, batch, batch_idx):
        pass

    def on_validation_epoch_end(self):
        self.say("validation", self.global_step)
        if not self.trainer.sanity_checking:
            self.record["validations"].append([self.current_epoch, self.global_step])

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)


class LogsAtEpochEnd(Callback):
    """A metric from another callback, such as lightly's kNN."""

    def on_train_epoch_end(self, trainer, module):
        module.say("epoch_end", trainer.current_epoch)


class WatchedStopping(EarlyStopping):
    def __init__(self, looks, stops, **options):
        super().__init__(verbose=False, **options)
        self.looks, self.stops = looks, stops

    @property
    def state_key(self):
        return f"{super().state_key}-{self.monitor}"

    def _run_early_stopping_check(self, trainer):
        value = trainer.callback_metrics.get(self.monitor)
        if value is not None:
            self.looks.append([trainer.current_epoch, trainer.global_step, number(value)])
        before = trainer.should_stop
        trainer.should_stop = False
        super()._run_early_stopping_check(trainer)
        if trainer.should_stop:
            self.stops.append([trainer.current_epoch, trainer.global_step, self.stopping_reason.value])
        trainer.should_stop = trainer.should_stop or before


def number(value):
    value = float(value)
    return value if math.isfinite(value) else {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]


def written(value):
    """JSON has neither NaN nor infinities."""
    if isinstance(value, float):
        return number(value)
    if isinstance(value, dict):
        return {key: written(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [written(item) for item in value]
    return value


def loader(batches):
    return DataLoader(TensorDataset(torch.ones(batches, 1)), batch_size=1)


def play(scenario, folder):
    watchers = scenario.get("early_stopping", [])
    record = {"validations": [], "looks": [[] for _ in watchers], "stops": [[] for _ in watchers], "error": None}
    options = scenario.get("checkpoint")
    for index, phase in enumerate(scenario.get("phases", [{}])):
        callbacks = [LogsAtEpochEnd()]
        for watcher, looks, stops in zip(watchers, record["looks"], record["stops"]):
            callbacks.append(WatchedStopping(looks, stops, **watcher))
        saver = None
        if options is not None:
            saver = ModelCheckpoint(dirpath=folder, save_last=True, filename="{epoch}-{step}", **options)
            callbacks.append(saver)
        settings = {"num_sanity_val_steps": 0, **scenario["trainer"], **phase.get("trainer", {})}
        trainer = Trainer(
            accelerator="cpu", devices=1, logger=False, enable_progress_bar=False, enable_model_summary=False,
            enable_checkpointing=saver is not None, callbacks=callbacks, default_root_dir=folder, **settings,
        )
        module = Scripted(scenario["log"], record, phase.get("crash_at_batch"))
        resume = str(folder / "last.ckpt") if index > 0 else None
        try:
            trainer.fit(module, loader(BATCHES), loader(2), ckpt_path=resume, weights_only=False)
        except Crash:
            continue
        except Exception as error:
            record["error"] = f"{type(error).__name__}: {error}"
        record["epochs"], record["step"] = trainer.current_epoch, trainer.global_step
    if saver is not None:
        record["checkpoints"] = checkpoints(saver, folder)
    return record


def checkpoints(saver, folder):
    def place(path):
        state = torch.load(path, weights_only=False)
        return [state["epoch"], state["global_step"]]

    files = {path.name: place(path) for path in folder.glob("*.ckpt")}
    return {
        "kept": sorted(at for name, at in files.items() if not name.startswith("last")),
        "scores": sorted([place(path)[1], number(score)] for path, score in saver.best_k_models.items()),
        "best": files.get(Path(saver.best_model_path).name) if saver.monitor else None,
        "last": files.get("last.ckpt"),
    }


def main():
    warnings.filterwarnings("ignore")
    for name in ("lightning.pytorch", "lightning.fabric"):
        logging.getLogger(name).setLevel(logging.ERROR)
    rows = []
    for scenario in SCENARIOS:
        with tempfile.TemporaryDirectory() as folder:
            recorded = play(scenario, Path(folder))
        print(scenario["name"], json.dumps(written(recorded)))
        rows.append(written({**scenario, "lightning": recorded}))
    versions = {"lightning": lightning.__version__, "torch": torch.__version__}
    lines = ",\n".join(json.dumps(row) for row in rows)
    Path(sys.argv[1]).write_text(f'{{"versions": {json.dumps(versions)}, "scenarios": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
