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
      "The default of the hyperparameter 'width' of 'Late' cannot be read. Its field has no initialiser, or is declared below a field that needs the engine, or the compiler option useDefineForClassFields is not false. Give it a default, declare it above the experiment's modules, and set useDefineForClassFields to false in tsconfig.json.",
    );
  });

  describe('of a subclass that overrides them without the decorator', () => {
    class Faster extends Base {
      override lr = 0.7;
    }
    class Fastest extends Faster {
      override lr = 0.9;
      override name = 'fastest';
    }
    class Unchanged extends Fastest {}
    class Limited extends Faster {
      @HyperParameter({ max: 0.5 }) override lr = 0.3;
    }
    class BelowLimited extends Limited {
      override lr = 0.4;
    }
    class InConstructor extends Base {
      constructor() {
        super();
        this.lr = 0.8;
      }
    }
    class Halved extends Base {
      override lr: number = this.lr / 2;
    }

    it.each([
      [Faster, { lr: 0.7, name: 'base' }],
      [Fastest, { lr: 0.9, name: 'fastest' }],
      [Unchanged, { lr: 0.9, name: 'fastest' }],
      [Limited, { lr: 0.3, name: 'base' }],
      [BelowLimited, { lr: 0.4, name: 'base' }],
      [InConstructor, { lr: 0.8, name: 'base' }],
      [Halved, { lr: 0.03, name: 'base' }],
    ])('have its defaults, also in fields of its parents: %p', (type, expected) => {
      expect(hyperParameterDefaults(type)).toEqual(expected);
      const built = constructExperiment(type, hyperParameterDefaults(type));
      expect(built).toMatchObject({ ...expected, doubled: expected.lr * 2 });
    });

    it('give way to a given value', () => {
      for (const type of [Faster, Fastest, Limited, BelowLimited, InConstructor, Halved]) {
        expect(constructExperiment(type, { lr: 0.25, name: 'given' })).toMatchObject({
          lr: 0.25,
          doubled: 0.5,
        });
      }
    });

    it('keep the rules of the last decorator', () => {
      expect(hyperParameters(BelowLimited)).toEqual([{ name: 'lr', max: 0.5 }, { name: 'name' }]);
    });

    it('are read where fields are defined and not assigned, as useDefineForClassFields does', () => {
      class Defined extends Base {
        constructor() {
          super();
          Object.defineProperty(this, 'lr', {
            value: 0.7,
            writable: true,
            enumerable: true,
            configurable: true,
          });
        }
      }
      expect(hyperParameterDefaults(Defined)).toMatchObject({ lr: 0.7 });
      expect(constructExperiment(Defined, { lr: 0.7 })).toMatchObject({ lr: 0.7, doubled: 1.4 });
      // The fields of the subclass saw 0.7: another value would hold for half of them.
      expect(() => constructExperiment(Defined, { lr: 0.2 })).toThrow(
        /^The default of the hyperparameter 'lr' of 'Defined' cannot be read\./,
      );
    });

    it('are refused below a field that cannot be built yet, and not dropped', () => {
      let mayBuild = false;
      class Hidden extends Base {
        readonly module = mayBuild ? 'built' : failingModule();
        override lr = 0.7;
      }
      expect(hyperParameterDefaults(Hidden)).toMatchObject({ lr: 0.06 });
      mayBuild = true;
      expect(() => constructExperiment(Hidden, hyperParameterDefaults(Hidden))).toThrow(
        /^The default of the hyperparameter 'lr' of 'Hidden' cannot be read\. .* declare it above the experiment's modules/,
      );
    });

    it('are those of each experiment, also where one stands in a field of another', () => {
      class Student extends Base {
        override lr = 0.7;
        readonly teacher = new Base();
      }
      expect(hyperParameterDefaults(Student)).toMatchObject({ lr: 0.7 });
      expect(constructExperiment(Student, { lr: 0.2, name: 'student' })).toMatchObject({
        lr: 0.2,
        teacher: { lr: 0.06, name: 'base', doubled: 0.12 },
      });
    });
  });
});
