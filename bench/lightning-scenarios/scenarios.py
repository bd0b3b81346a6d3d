"""Scripted fits: when metrics are logged, and which plugins watch them. `record.py` runs them.

Epochs have four batches. A metric logged `at` a validation is scripted by the number of updates done, one logged at a `step` by
the number of the batch since the start, one logged at an `epoch_end` by its epoch; without a value, nothing is logged.
"""

NAN, INF = float("nan"), float("inf")


def val(values, every=4):
    """One value for each validation, at regular intervals of updates."""
    return {"at": "validation", "values": {str(every * (i + 1)): v for i, v in enumerate(values)}}


def steps(values, on_step=True, on_epoch=False):
    return {"at": "step", "on_step": on_step, "on_epoch": on_epoch, "values": {str(i): v for i, v in enumerate(values)}}


def per_epoch(values):
    """All batches of an epoch log the same value, which is therefore the epoch's mean."""
    return steps([v for v in values for _ in range(4)], on_step=False, on_epoch=True)


def epoch_end(values, every=1):
    return {"at": "epoch_end", "values": {str(every * (i + 1) - 1): v for i, v in enumerate(values)}}


def es(monitor="val", **options):
    return {"monitor": monitor, **options}


FALLING = [1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3]

# Reasons for differences from Lightning.
STALE = "A value is checked once, when it is measured; Lightning counts an old value again at every check."
EACH = "earlyStopping() checks each measurement, including those within epochs."
DUE = "A missing metric is an error once it is due, at the end of an epoch that validates; Lightning fails at its first check."
DUE_RANKED = "A metric that a plugin logs in some epochs ranks the checkpoints of these epochs; Lightning fails if it is missing once."
EPOCH_END = "A training metric is checked at the end of each epoch; Lightning checks only after validations, using the mean of the previous epoch."
LAST = "`last` is always the newest checkpoint, so that a run resumes where it stopped; last.ckpt stays behind if the metric got worse."
KEPT = "The newest checkpoint is a folder like the others; Lightning writes it a second time, as last.ckpt."
WEIGHTS = "A checkpoint is ranked by a value measured with its own weights; Lightning also ranks it by the value of an older step."
TIES = "Among equal scores, the older one is kept, whatever came in between; Lightning drops the older one when a better one comes."
RESUMED = "The resumed run continues from the newest checkpoint; Lightning's last.ckpt is older, so an epoch is trained twice."

SCENARIOS = [
    # Early stopping.
    dict(name="each validation improves", trainer=dict(max_epochs=5), log=dict(val=val(FALLING)), early_stopping=[es()]),
    dict(name="patience runs out", trainer=dict(max_epochs=8), log=dict(val=val([1, 0.9, 0.95, 0.9, 0.91, 0.5, 0.4, 0.3])), early_stopping=[es(patience=3)]),
    dict(name="patience begins anew at an improvement", trainer=dict(max_epochs=8), log=dict(val=val([1, 1, 0.9, 0.9, 0.8, 0.8, 0.8, 0.8])), early_stopping=[es(patience=2)]),
    dict(name="a tie is no improvement", trainer=dict(max_epochs=4), log=dict(val=val([1, 1, 1, 1])), early_stopping=[es(patience=1)]),
    dict(name="a metric that is to rise", trainer=dict(max_epochs=6), log=dict(val=val([-3, -2, -1, -2, -1.5, -1])), early_stopping=[es(mode="max", patience=2)]),
    dict(name="an improvement of just the smallest difference", trainer=dict(max_epochs=5), log=dict(val=val([1, 0.9, 0.8, 0.7, 0.6])), early_stopping=[es(min_delta=0.1, patience=2)]),
    dict(name="improvements above the smallest difference", trainer=dict(max_epochs=4), log=dict(val=val([1, 0.8, 0.6, 0.4])), early_stopping=[es(min_delta=0.1, patience=1)]),
    dict(name="NaN", trainer=dict(max_epochs=4), log=dict(val=val([1, NAN, 0.5, 0.4])), early_stopping=[es()]),
    dict(name="NaN that is not checked", trainer=dict(max_epochs=7), log=dict(val=val([1, NAN, 0.9, NAN, NAN, NAN, 0.5])), early_stopping=[es(check_finite=False)]),
    dict(name="nothing but NaN, not checked", trainer=dict(max_epochs=5), log=dict(val=val([NAN] * 5)), early_stopping=[es(check_finite=False, patience=2)]),
    dict(name="infinity", trainer=dict(max_epochs=4), log=dict(val=val([1, INF, 0.5, 0.4])), early_stopping=[es()]),
    dict(name="infinity as the best, not checked", trainer=dict(max_epochs=6), log=dict(val=val([-1, -INF, -2, -3, -4, -5])), early_stopping=[es(check_finite=False, patience=3)]),
    dict(name="infinity as the first and worst, not checked", trainer=dict(max_epochs=4), log=dict(val=val([INF, INF, 1, 0.5])), early_stopping=[es(check_finite=False, patience=2)]),
    dict(name="the stopping threshold is met, then passed", trainer=dict(max_epochs=5), log=dict(val=val([0.4, 0.2, 0.1, 0.05, 0.01])), early_stopping=[es(stopping_threshold=0.2)]),
    dict(name="the stopping threshold of a rising metric", trainer=dict(max_epochs=4), log=dict(val=val([0.5, 0.7, 0.9, 0.95])), early_stopping=[es(mode="max", stopping_threshold=0.7)]),
    dict(name="the divergence threshold is met, then passed", trainer=dict(max_epochs=5), log=dict(val=val([1, 5, 5.5, 1, 1])), early_stopping=[es(divergence_threshold=5.0)]),
    dict(name="the divergence threshold of a rising metric", trainer=dict(max_epochs=4), log=dict(val=val([0.5, 0.3, 0.1, 0.6])), early_stopping=[es(mode="max", divergence_threshold=0.3)]),
    dict(name="two early stoppings, the second ends the run", trainer=dict(max_epochs=6), log=dict(val=val(FALLING), train=per_epoch([1, 0.5, 0.6, 0.7, 0.8, 0.9])), early_stopping=[es(), es("train", patience=2)]),
    dict(name="two early stoppings, both end the run", trainer=dict(max_epochs=6), log=dict(val=val([1, 1, 1, 1, 1, 1]), train=per_epoch([1, 1, 1, 1, 1, 1])), early_stopping=[es(patience=2), es("train", patience=2)]),
    dict(name="rare validation that improves", trainer=dict(max_epochs=12, check_val_every_n_epoch=3), log=dict(val=val(FALLING, 12)), early_stopping=[es(patience=2)]),
    dict(name="rare validation that does not improve", trainer=dict(max_epochs=12, check_val_every_n_epoch=3), log=dict(val=val([1, 2, 3, 4], 12)), early_stopping=[es(patience=2)]),
    dict(name="rare validation, looked at every epoch", trainer=dict(max_epochs=12, check_val_every_n_epoch=3), log=dict(val=val(FALLING, 12)), early_stopping=[es(patience=2, strict=False, check_on_train_epoch_end=True)],
         differs=STALE, fulgur=dict(validations=[[2, 12], [5, 24], [8, 36], [11, 48]], looks=[[[2, 12, 1], [5, 24, 0.9], [8, 36, 0.8], [11, 48, 0.7]]], stops=[[]], epochs=12, step=48)),
    dict(name="rare validation, looked at every epoch, strict", trainer=dict(max_epochs=6, check_val_every_n_epoch=3), log=dict(val=val(FALLING, 12)), early_stopping=[es(check_on_train_epoch_end=True)],
         differs=DUE, fulgur=dict(validations=[[2, 12], [5, 24]], looks=[[[2, 12, 1], [5, 24, 0.9]]], error=False, epochs=6, step=24)),
    dict(name="validation in the middle of epochs", trainer=dict(max_epochs=4, val_check_interval=2), log=dict(val=val([1, 0.9, 0.95, 0.96, 0.97, 0.98, 1, 1], 2)), early_stopping=[es(patience=3)]),
    dict(name="validation in the middle of epochs, which improves", trainer=dict(max_epochs=3, val_check_interval=2), log=dict(val=val(FALLING, 2)), early_stopping=[es(patience=1)]),
    dict(name="validation after every batch", trainer=dict(max_epochs=3, val_check_interval=0.25), log=dict(val=val([1, 0.9, 0.8, 0.7, 0.6, 0.7, 0.8, 0.9], 1)), early_stopping=[es(patience=2)]),
    dict(name="validation in the middle of epochs, looked at at their end", trainer=dict(max_epochs=5, val_check_interval=2), log=dict(val=val([1, 9, 0.9, 9, 0.8, 9, 0.7, 9, 0.6, 9], 2)), early_stopping=[es(patience=2, check_on_train_epoch_end=True)],
         differs=EACH, fulgur=dict(validations=[[0, 2], [0, 4], [1, 6], [1, 8], [2, 10], [2, 12], [3, 14], [3, 16], [4, 18], [4, 20]], looks=[[[0, 2, 1], [0, 4, 9], [1, 6, 0.9], [1, 8, 9], [2, 10, 0.8], [2, 12, 9], [3, 14, 0.7], [3, 16, 9], [4, 18, 0.6], [4, 20, 9]]], stops=[[]], epochs=5, step=20)),
    dict(name="a training metric of epochs", trainer=dict(max_epochs=6), log=dict(train=per_epoch([1, 0.9, 0.95, 0.96, 0.5, 0.4])), early_stopping=[es("train", patience=2)]),
    dict(name="a training metric of steps", trainer=dict(max_epochs=4), log=dict(train=steps([9, 9, 9, 1, 0, 0, 0, 1.1, 0, 0, 0, 1.2, 0, 0, 0, 0.5])), early_stopping=[es("train", patience=2)]),
    dict(name="a training metric of steps and epochs", trainer=dict(max_epochs=4), log=dict(train=steps([1, 1, 1, 5, 2, 2, 2, 2, 3, 3, 3, 1, 0, 0, 0, 0], on_epoch=True)), early_stopping=[es("train", patience=2)]),
    dict(name="a training metric without any validation", trainer=dict(max_epochs=5, limit_val_batches=0), log=dict(train=per_epoch([1, 2, 3, 4, 5])), early_stopping=[es("train", patience=2)]),
    dict(name="a training metric beside validation within epochs", trainer=dict(max_epochs=5, val_check_interval=2), log=dict(val=val(FALLING + FALLING, 2), train=per_epoch([1, 0.9, 2, 3, 4])), early_stopping=[es("train", patience=2, strict=False)],
         differs=EPOCH_END, fulgur=dict(validations=[[0, 2], [0, 4], [1, 6], [1, 8], [2, 10], [2, 12], [3, 14], [3, 16]], looks=[[[0, 4, 1], [1, 8, 0.9], [2, 12, 2], [3, 16, 3]]], stops=[[[3, 16]]], step=16)),
    dict(name="a training metric beside rare validation", trainer=dict(max_epochs=6, check_val_every_n_epoch=2), log=dict(val=val(FALLING, 8), train=per_epoch([1, 0.9, 2, 3, 4, 5])), early_stopping=[es("train", patience=2)],
         differs=EPOCH_END, fulgur=dict(validations=[[1, 8], [3, 16]], looks=[[[0, 4, 1], [1, 8, 0.9], [2, 12, 2], [3, 16, 3]]], stops=[[[3, 16]]], epochs=4, step=16)),
    dict(name="a plugin's metric of every epoch", trainer=dict(max_epochs=6), log=dict(knn=epoch_end([0.5, 0.6, 0.6, 0.59, 0.7, 0.8])), early_stopping=[es("knn", mode="max", patience=2)]),
    dict(name="a plugin's metric of every other epoch", trainer=dict(max_epochs=8), log=dict(knn=epoch_end([0.5, 0.6, 0.7, 0.8], 2)), early_stopping=[es("knn", mode="max", patience=2, strict=False)],
         differs=STALE, fulgur=dict(looks=[[[1, 8, 0.5], [3, 16, 0.6], [5, 24, 0.7], [7, 32, 0.8]]])),
    dict(name="a plugin's metric of every third epoch", trainer=dict(max_epochs=9), log=dict(knn=epoch_end([0.5, 0.6, 0.7], 3)), early_stopping=[es("knn", mode="max", patience=2, strict=False)],
         differs=STALE, fulgur=dict(validations=[[0, 4], [1, 8], [2, 12], [3, 16], [4, 20], [5, 24], [6, 28], [7, 32], [8, 36]], looks=[[[2, 12, 0.5], [5, 24, 0.6], [8, 36, 0.7]]], stops=[[]], epochs=9, step=36)),
    dict(name="a plugin's metric of every third epoch, strict", trainer=dict(max_epochs=9), log=dict(knn=epoch_end([0.5, 0.6, 0.7], 3)), early_stopping=[es("knn", mode="max", patience=2)],
         differs=DUE, fulgur=dict(validations=[[i, 4 * i + 4] for i in range(9)], looks=[[[2, 12, 0.5], [5, 24, 0.6], [8, 36, 0.7]]], stops=[[]], error=False, epochs=9, step=36)),
    dict(name="a metric that nobody logs", trainer=dict(max_epochs=3), log=dict(val=val(FALLING)), early_stopping=[es("vall")]),
    dict(name="a metric that nobody logs, not strict", trainer=dict(max_epochs=3), log=dict(val=val(FALLING)), early_stopping=[es("vall", strict=False)]),
    dict(name="the steps end before the first validation", trainer=dict(max_epochs=3, max_steps=2), log=dict(val=val(FALLING)), early_stopping=[es()],
         differs=DUE, fulgur=dict(error=False, epochs=1, step=2)),
    dict(name="the stop comes before min_epochs", trainer=dict(max_epochs=8, min_epochs=5), log=dict(val=val([1, 1, 1, 1, 1, 1, 1, 1])), early_stopping=[es(patience=1)]),
    dict(name="the stop comes before min_steps", trainer=dict(max_epochs=8, min_steps=16), log=dict(val=val([1, 1, 1, 1, 1, 1, 1, 1])), early_stopping=[es(patience=1)]),
    dict(name="the sanity check counts for nothing", trainer=dict(max_epochs=3, num_sanity_val_steps=2), log=dict(val={"at": "validation", "values": {"0": 0.1, "4": 1, "8": 0.9, "12": 0.8}}), early_stopping=[es(patience=1)], checkpoint=dict(monitor="val", save_top_k=1)),
    dict(name="accumulated gradients, validation within epochs", trainer=dict(max_epochs=3, accumulate_grad_batches=2, val_check_interval=2), log=dict(val=val([1, 2, 3, 4, 5, 6], 1)), early_stopping=[es(patience=2)]),
    # Checkpointing.
    dict(name="the best of all", trainer=dict(max_epochs=5), log=dict(val=val([0.5, 0.3, 0.4, 0.2, 0.2])), checkpoint=dict(monitor="val", save_top_k=1),
         differs=LAST, fulgur=dict(kept=[[3, 16], [4, 20]], scores=[[16, 0.2], [20, 0.2]], last=[4, 20])),
    dict(name="two best, of which two are equal", trainer=dict(max_epochs=3), log=dict(val=val([0.2, 1, 1])), checkpoint=dict(monitor="val", mode="max", save_top_k=2)),
    dict(name="two best of four equal ones", trainer=dict(max_epochs=4), log=dict(val=val([1, 1, 1, 1])), checkpoint=dict(monitor="val", save_top_k=2),
         differs=LAST, fulgur=dict(kept=[[0, 4], [1, 8], [3, 16]], scores=[[4, 1], [8, 1], [16, 1]], last=[3, 16])),
    dict(name="two best, the first of them equalled later", trainer=dict(max_epochs=5), log=dict(val=val([3, 1, 2, 1, 2])), checkpoint=dict(monitor="val", save_top_k=2),
         differs=LAST, fulgur=dict(kept=[[1, 8], [3, 16], [4, 20]], scores=[[8, 1], [16, 1], [20, 2]], last=[4, 20])),
    dict(name="all of them", trainer=dict(max_epochs=4), log=dict(val=val([2, 1, 3, 1])), checkpoint=dict(monitor="val", save_top_k=-1)),
    dict(name="NaN among the scores", trainer=dict(max_epochs=4), log=dict(val=val([1, NAN, 0.5, NAN])), checkpoint=dict(monitor="val", save_top_k=2),
         differs=LAST, fulgur=dict(kept=[[0, 4], [2, 12], [3, 16]], last=[3, 16])),
    dict(name="NaN as the first score", trainer=dict(max_epochs=3), log=dict(val=val([NAN, 1, 2])), checkpoint=dict(monitor="val", save_top_k=1),
         differs=LAST, fulgur=dict(kept=[[1, 8], [2, 12]], scores=[[8, 1], [12, 2]], last=[2, 12])),
    dict(name="infinity among the scores", trainer=dict(max_epochs=4), log=dict(val=val([1, INF, 0.5, -INF])), checkpoint=dict(monitor="val", save_top_k=2)),
    dict(name="infinity is the worst of a metric that is to fall", trainer=dict(max_epochs=3), log=dict(val=val([INF, 2, INF])), checkpoint=dict(monitor="val", save_top_k=2),
         differs=LAST, fulgur=dict(kept=[[0, 4], [1, 8], [2, 12]], scores=[[4, 'Infinity'], [8, 2], [12, 'Infinity']], last=[2, 12])),
    dict(name="two best of rare validations", trainer=dict(max_epochs=9, check_val_every_n_epoch=3), log=dict(val=val([0.5, 0.5, 0.4], 12)), checkpoint=dict(monitor="val", save_top_k=2),
         differs=TIES, fulgur=dict(kept=[[2, 12], [8, 36]], scores=[[12, 0.5], [36, 0.4]])),
    dict(name="two best of validations within epochs", trainer=dict(max_epochs=3, val_check_interval=2), log=dict(val=val([5, 1, 3, 2, 4, 6], 2)), checkpoint=dict(monitor="val", save_top_k=2),
         differs=LAST, fulgur=dict(kept=[[0, 4], [1, 8], [2, 12]], scores=[[4, 1], [8, 2], [12, 6]], last=[2, 12])),
    dict(name="validation within epochs, saved at their end", trainer=dict(max_epochs=3, val_check_interval=2), log=dict(val=val([5, 4, 1, 3, 2, 6], 2)), checkpoint=dict(monitor="val", save_top_k=2, save_on_train_epoch_end=True),
         differs=LAST, fulgur=dict(kept=[[0, 4], [1, 8], [2, 12]], scores=[[4, 4], [8, 3], [12, 6]], last=[2, 12])),
    dict(name="saved every other epoch", trainer=dict(max_epochs=6), log=dict(val=val([1, 5, 2, 3, 0, 4])), checkpoint=dict(monitor="val", save_top_k=2, every_n_epochs=2)),
    dict(name="saved every third step, by a metric of steps", trainer=dict(max_epochs=3), log=dict(train=steps([9, 8, 3, 7, 6, 1, 5, 4, 2, 0, 0, 4])), checkpoint=dict(monitor="train", save_top_k=2, every_n_train_steps=3),
         differs=KEPT, fulgur=dict(kept=[[1, 6], [2, 9], [2, 12]], scores=[[6, 1], [9, 2], [12, 4]])),
    dict(name="saved every other step, by the validation of each epoch", trainer=dict(max_epochs=3), log=dict(val=val([0.5, 0.4, 0.6])), checkpoint=dict(monitor="val", save_top_k=2, every_n_train_steps=2),
         differs=WEIGHTS, fulgur=dict(kept=[[0, 4], [1, 8], [2, 12]], scores=[[4, 0.5], [8, 0.4], [12, 0.6]], best=[1, 8])),
    dict(name="saved every fourth step, by a validation at the same steps", trainer=dict(max_epochs=3), log=dict(val=val([0.5, 0.4, 0.6])), checkpoint=dict(monitor="val", save_top_k=1, every_n_train_steps=4),
         differs=WEIGHTS, fulgur=dict(kept=[[1, 8], [2, 12]], scores=[[8, 0.4], [12, 0.6]], best=[1, 8])),
    dict(name="saved every other update of two batches", trainer=dict(max_epochs=4, accumulate_grad_batches=2), log=dict(train=steps([9, 8, 7, 3, 6, 5, 4, 1, 9, 9, 9, 2, 9, 9, 9, 4])), checkpoint=dict(monitor="train", save_top_k=2, every_n_train_steps=2),
         differs=KEPT, fulgur=dict(kept=[[1, 4], [2, 6], [3, 8]], scores=[[4, 1], [6, 2], [8, 4]])),
    dict(name="nothing is monitored", trainer=dict(max_epochs=3), log=dict(val=val(FALLING)), checkpoint=dict(save_top_k=1)),
    dict(name="a training metric of epochs ranks", trainer=dict(max_epochs=4), log=dict(train=per_epoch([3, 1, 2, 1])), checkpoint=dict(monitor="train", save_top_k=2)),
    dict(name="a plugin's metric of every other epoch ranks", trainer=dict(max_epochs=6), log=dict(knn=epoch_end([0.5, 0.6, 0.4], 2)), announced=dict(knn=2), checkpoint=dict(monitor="knn", mode="max", save_top_k=2),
         differs=DUE_RANKED, fulgur=dict(validations=[[0, 4], [1, 8], [2, 12], [3, 16], [4, 20], [5, 24]], error=False, epochs=6, step=24, kept=[[1, 8], [3, 16], [5, 24]], scores=[[8, 0.5], [16, 0.6], [24, 0.4]], best=[3, 16], last=[5, 24])),
    dict(name="the checkpoint at the stop", trainer=dict(max_epochs=6), log=dict(val=val([3, 1, 2, 2, 0, 0])), early_stopping=[es(patience=2)], checkpoint=dict(monitor="val", save_top_k=1),
         differs=LAST, fulgur=dict(kept=[[1, 8], [3, 16]], scores=[[8, 1], [16, 2]], last=[3, 16])),
    # Runs that were interrupted and resumed.
    dict(name="resumed at the end of an epoch, patience goes on", trainer=dict(max_epochs=8), log=dict(val=val([1, 1, 1, 1, 1, 1, 1, 1])), early_stopping=[es(patience=4)], checkpoint=dict(save_top_k=1), phases=[dict(crash_at_batch=8), {}]),
    dict(name="resumed in the middle of an epoch, patience goes on", trainer=dict(max_epochs=8), log=dict(val=val([1, 1, 1, 1, 1, 1, 1, 1])), early_stopping=[es(patience=4)], checkpoint=dict(save_top_k=1, every_n_train_steps=3), phases=[dict(crash_at_batch=10), {}]),
    dict(name="resumed between rare validations", trainer=dict(max_epochs=12, check_val_every_n_epoch=3), log=dict(val=val([1, 0.9, 0.9, 0.9], 12)), early_stopping=[es(patience=2)], checkpoint=dict(save_top_k=1, every_n_train_steps=4), phases=[dict(crash_at_batch=17), {}]),
    dict(name="resumed between validations within an epoch", trainer=dict(max_epochs=6, val_check_interval=2), log=dict(val=val([3, 2, 1, 1, 1, 1, 1, 1, 1, 1], 2)), early_stopping=[es(patience=3)], checkpoint=dict(save_top_k=1, every_n_train_steps=1), phases=[dict(crash_at_batch=7), {}]),
    dict(name="resumed, the two best are those of the whole run", trainer=dict(max_epochs=6), log=dict(val=val([1, 3, 5, 2, 4, 1])), checkpoint=dict(monitor="val", save_top_k=2), phases=[dict(crash_at_batch=12), {}],
         differs=RESUMED, fulgur=dict(validations=[[0, 4], [1, 8], [2, 12], [3, 16], [4, 20], [5, 24]])),
    dict(name="resumed between rare validations, the two best", trainer=dict(max_epochs=9, check_val_every_n_epoch=3), log=dict(val=val([0.3, 0.5, 0.4], 12)), checkpoint=dict(monitor="val", save_top_k=2, every_n_train_steps=2), phases=[dict(crash_at_batch=21), {}],
         differs=WEIGHTS, fulgur=dict(validations=[[2, 12], [5, 24], [8, 36]], kept=[[2, 12], [8, 36]], scores=[[12, 0.3], [36, 0.4]], best=[2, 12], last=[8, 36])),
    dict(name="resumed in the middle of an epoch, a plugin's metric goes on", trainer=dict(max_epochs=8), log=dict(knn=epoch_end([0.5, 0.5, 0.5, 0.5], 2)), early_stopping=[es("knn", mode="max", patience=2, strict=False)], checkpoint=dict(save_top_k=1, every_n_train_steps=1), phases=[dict(crash_at_batch=13), {}],
         differs=STALE, fulgur=dict(validations=[[i, 4 * i + 4] for i in range(6)], looks=[[[1, 8, 0.5], [3, 16, 0.5], [5, 24, 0.5]]], stops=[[[5, 24]]], error=False, epochs=6, step=24, kept=[[5, 24]], last=[5, 24])),
    dict(name="resumed twice, with a stop in the third part", trainer=dict(max_epochs=9), log=dict(val=val([5, 4, 4, 3, 3, 3, 3, 1, 1])), early_stopping=[es(patience=3)], checkpoint=dict(save_top_k=1), phases=[dict(crash_at_batch=9), dict(crash_at_batch=19), {}]),
    dict(name="resumed with a longer plan", trainer=dict(max_epochs=3), log=dict(val=val([1, 2, 0.5, 0.6, 0.7, 0.8])), early_stopping=[es(patience=2)], checkpoint=dict(monitor="val", save_top_k=2), phases=[{}, dict(trainer=dict(max_epochs=6))],
         differs=LAST, fulgur=dict(kept=[[2, 12], [3, 16], [4, 20]], scores=[[12, 0.5], [16, 0.6], [20, 0.7]], last=[4, 20])),
]
