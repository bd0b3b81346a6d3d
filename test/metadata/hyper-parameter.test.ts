import {
  HyperParameter,
  constructExperiment,
  hyperParameterDefaults,
  hyperParameters,
} from '../../src/metadata';

class Base {
  @HyperParameter({ min: 0 }) lr = 0.06;
  @HyperParameter() name = 'base';
  readonly doubled = this.lr * 2;
}

class Derived extends Base {
  @HyperParameter({ max: 1 }) override lr = 0.5;
  @HyperParameter() nesterov = false;
  readonly tripled = this.lr * 3;
}

class Late {
  readonly module: string = failingModule();
  @HyperParameter() width = 64;
}

function failingModule(): string {
  throw new Error('needs the engine');
}

describe('hyperparameters', () => {
  it('have the defaults of their initialisers', () => {
    expect(hyperParameterDefaults(Base)).toEqual({ lr: 0.06, name: 'base' });
  });

  it('are seen with their given values by the initialisers of later fields', () => {
    const experiment = constructExperiment(Base, { lr: 0.5 });
    expect(experiment).toMatchObject({ lr: 0.5, name: 'base', doubled: 1 });
  });

  it('are inherited, base first, with the last rules of a redeclared one', () => {
    expect(hyperParameters(Derived)).toEqual([
      { name: 'lr', max: 1 },
      { name: 'name' },
      { name: 'nesterov' },
    ]);
  });

  it('take a given value over all initialisers of a redeclared field', () => {
    expect(constructExperiment(Derived, { lr: 0.25 })).toMatchObject({
      lr: 0.25,
      doubled: 0.5,
      tripled: 0.75,
    });
  });

  it('can be assigned after the construction', () => {
    const experiment = new Base();
    experiment.lr = 3;
    expect(experiment.lr).toBe(3);
  });

  it('do not leak from one construction into the next', () => {
    constructExperiment(Base, { lr: 9 });
    expect(new Base().lr).toBe(0.06);
  });

  it('below a field that cannot be built are an error that says where to put them', () => {
    expect(() => hyperParameterDefaults(Late)).toThrow(
      "The default of the hyperparameter 'width' of 'Late' cannot be read. Its field has no initialiser, or stands below a field that needs the engine, or the compiler option useDefineForClassFields is not false. Give it a default, write it above the experiment's modules, and set useDefineForClassFields to false in tsconfig.json.",
    );
  });
});
