"""Makes suggestions.json beside it: what Lightning 2.6's finder makes of given losses, with its classes of tuner/lr_finder.py."""

import importlib.util, json, os, sys, types

import torch

# The file alone: its package needs a torchvision that fits.
folder = os.path.dirname(sys.argv[1])
out = sys.argv[2]


class Anything(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        return object if name[0] != '_' and name[0].isupper() else (lambda *a, **k: (lambda f: f))


for name in ['pytorch_lightning', 'pytorch_lightning.callbacks', 'pytorch_lightning.core', 'pytorch_lightning.core.optimizer',
             'pytorch_lightning.loggers', 'pytorch_lightning.loggers.logger', 'pytorch_lightning.utilities',
             'pytorch_lightning.utilities.exceptions', 'pytorch_lightning.utilities.parsing', 'pytorch_lightning.utilities.rank_zero',
             'pytorch_lightning.utilities.types', 'lightning_utilities', 'lightning_utilities.core', 'lightning_utilities.core.imports',
             'lightning_fabric', 'lightning_fabric.utilities', 'lightning_fabric.utilities.types']:
    sys.modules[name] = Anything(name)
sys.modules['lightning_utilities.core.imports'].RequirementCache = lambda *a: False
sys.modules['lightning_fabric.utilities.types'].LRScheduler = torch.optim.lr_scheduler.LRScheduler
spec = importlib.util.spec_from_file_location('lr_finder', sys.argv[1])
finder = importlib.util.module_from_spec(spec)
spec.loader.exec_module(finder)


def case(mode, lowest, highest, steps, threshold, loss_of):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lowest)
    scheduler = (finder._LinearLR if mode == 'linear' else finder._ExponentialLR)(optimizer, highest, steps)
    callback = finder._LRCallback(steps, threshold)
    trainer = types.SimpleNamespace(accumulate_grad_batches=1, global_step=0, should_stop=False,
                                    fit_loop=types.SimpleNamespace(batch_idx=0),
                                    strategy=types.SimpleNamespace(broadcast=lambda x: x),
                                    lr_scheduler_configs=[types.SimpleNamespace(scheduler=scheduler)])
    losses = []
    for index in range(steps):
        callback.on_train_batch_start(trainer, None, None, index)
        losses.append(loss_of(callback.lrs[-1], index))
        optimizer.step()
        scheduler.step()
        trainer.global_step += 1
        callback.on_train_batch_end(trainer, None, {'loss': torch.tensor(losses[-1], dtype=torch.float64)}, None, index)
        if trainer.should_stop:
            break
    found = finder._LRFinder(mode, lowest, highest, steps)
    found.results = {'lr': callback.lrs, 'loss': callback.losses}
    return {'options': {'mode': mode, 'minRate': lowest, 'maxRate': highest, 'steps': steps, 'earlyStopThreshold': threshold},
            'given': losses, 'rates': callback.lrs, 'losses': callback.losses, 'diverged': trainer.should_stop,
            'suggestion': found.suggestion()}


torch.manual_seed(0)
noise = torch.randn(200).tolist()
valley = lambda rate, index: 2 / (1 + rate * 50) + (rate * 4) ** 2 + 0.02 * noise[index]
cases = [case('exponential', 1e-6, 1, 100, 4.0, valley),
         case('linear', 1e-4, 0.5, 60, 4.0, valley),
         case('exponential', 1e-8, 10, 100, 3.0, valley),
         case('exponential', 1e-5, 1, 40, None, valley)]
json.dump({'source': f'_LRFinder, _LRCallback, _ExponentialLR and _LinearLR of tuner/lr_finder.py in Lightning 2.6, PyTorch {torch.__version__}; made by suggestions.py beside this file', 'cases': cases}, open(out, 'w'))
