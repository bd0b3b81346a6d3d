"""Makes test/plugins/weight-averaging/data/averages.json: what torch's AveragedModel gives."""
import json, sys, torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn, get_swa_multi_avg_fn

class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(3))
        self.register_buffer('running', torch.zeros(2))

torch.manual_seed(0)
steps = [{'weight': torch.randn(3), 'running': torch.rand(2)} for _ in range(7)]

def run(fn, use_buffers, should):
    model = Model()
    averaged = AveragedModel(model, multi_avg_fn=fn, use_buffers=use_buffers)
    seen = []
    for index, step in enumerate(steps):
        with torch.no_grad():
            model.weight.copy_(step['weight']); model.running.copy_(step['running'])
        if should(index):
            averaged.update_parameters(model)
        if averaged.n_averaged > 0:
            row = {'weight': averaged.module.weight.tolist()}
            if use_buffers: row['running'] = averaged.module.running.tolist()
            seen.append(row)
        else: seen.append(None)
    return seen

cases = []
for kind, decay, every, start, buffers in [('ema', 0.9, 1, 0, True), ('ema', 0.25, 1, 0, False), ('ema', 0.9, 2, 3, True), ('swa', None, 1, 0, True), ('swa', None, 3, 0, True)]:
    # Lightning 2.6: EMAWeightAveraging.should_update.
    should = lambda i: i >= start and i % every == 0
    fn = get_ema_multi_avg_fn(decay) if kind == 'ema' else get_swa_multi_avg_fn()
    options = {'kind': kind, 'everyNSteps': every, 'startStep': start, 'useBuffers': buffers}
    if decay is not None: options['decay'] = decay
    cases.append({'options': options, 'averages': run(fn, buffers, should)})
json.dump({'source': f'AveragedModel, get_ema_multi_avg_fn and get_swa_multi_avg_fn of torch.optim.swa_utils in PyTorch {torch.__version__}; made by averages.py beside this file',
  'steps': [{k: v.tolist() for k, v in s.items()} for s in steps], 'cases': cases}, open(sys.argv[1], 'w'))
