import { Experiment } from '../../src/metadata';
import { ConfigError } from '../../src/config';
import { resolveConfig } from './resolve';

const transform = { spec: { module: 'm', export: 'plain', options: { inputSize: 32 } } };

@Experiment({
  name: 'begun',
  data: { name: 'digits', transform },
  initialWeights: 'resnet18.safetensors',
  initialWeightsStrict: false,
})
class Begun {}

describe('initial weights', () => {
  it("come from the experiment's declaration, and the command line takes precedence", () => {
    const declared = resolveConfig(Begun, []);
    expect([declared.initialWeights, declared.initialWeightsStrict]).toEqual(['resnet18.safetensors', false]);
    expect(declared.declared).toMatchObject({ initialWeights: 'resnet18.safetensors' });
    const given = resolveConfig(Begun, [
      '--initialWeights',
      'other.safetensors',
      '--initialWeightsStrict',
      'true',
    ]);
    expect([given.initialWeights, given.initialWeightsStrict]).toEqual(['other.safetensors', true]);
    expect(given.toJson()).toMatchObject({ initialWeights: 'other.safetensors', initialWeightsStrict: true });
  });

  it('are allowed in an evaluation if the experiment declares them, and rejected if only the command line gives them', () => {
    expect(resolveConfig(Begun, ['knn']).checkpoint).toBe('last');
    expect(resolveConfig(Begun, ['knn', '--untrained']).initialWeights).toBe('resnet18.safetensors');
    expect(() => resolveConfig(Begun, ['knn', '--initialWeights', 'x'])).toThrow(ConfigError);
  });
});
