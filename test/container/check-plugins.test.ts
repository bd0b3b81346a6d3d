import { CompositionError, checkPlugins } from '../../src/container';
import { token, tokens } from '../../src/contracts';
import type { CheckpointReader, Notify, PluginClass, PluginDescriptor, Token } from '../../src/contracts';
import { Plugin, definePlugin, inject } from '../../src/metadata';

interface Clock {
  now(): number;
}

const clock = token<Clock>('clock');
const calendar = token<Clock>('calendar');

@Plugin({ name: 'chime', repeatable: true })
class Chime {
  onTrainEnd(): void {}
}

@Plugin({ name: 'bell' })
class Bell {
  constructor(@inject(tokens.notify) readonly notify: Notify) {}

  teardown(): void {}
}

@Plugin({ name: 'watch' })
class Watch implements Clock {
  now(): number {
    return 12;
  }

  teardown(): void {}
}

@Plugin({ name: 'sundial' })
class Sundial implements Clock {
  now(): number {
    return 6;
  }

  teardown(): void {}
}

@Plugin({ name: 'alarm' })
class Alarm {
  constructor(
    @inject(tokens.notify) readonly notify: Notify,
    @inject(clock) readonly time: Clock,
  ) {}

  teardown(): void {}
}

@Plugin({ name: 'resumer' })
class Resumer {
  constructor(@inject(tokens.checkpointReader) readonly reader: CheckpointReader) {}

  teardown(): void {}
}

@Plugin({ name: 'diary' })
class Diary {
  constructor(@inject(calendar) readonly days: Clock) {}

  teardown(): void {}
}

@Plugin({ name: 'planner' })
class Planner implements Clock {
  constructor(@inject(clock) readonly time: Clock) {}

  now(): number {
    return this.time.now();
  }

  teardown(): void {}
}

@Plugin({ name: 'tower' })
class Tower implements Clock {
  constructor(@inject(calendar) readonly days: Clock) {}

  now(): number {
    return this.days.now();
  }

  teardown(): void {}
}

@Plugin({ name: 'mute' })
class Mute {
  constructor(
    @inject(tokens.notify) readonly notify: Notify,
    readonly volume: number,
  ) {}

  teardown(): void {}
}

class Undecorated {}

/** Describes a class that provides different services in each test. */
function provider(type: PluginClass, provides: readonly Token<unknown>[]): PluginDescriptor {
  return { ...definePlugin(type), provides };
}

/** A plugin as written in plain JavaScript, where no type checker sees its methods. */
function untypedPlugin(name: string, methods: readonly string[]): PluginDescriptor {
  class Untyped {}
  for (const method of methods) {
    Object.defineProperty(Untyped.prototype, method, { value: () => undefined, configurable: true });
  }
  Plugin({ name })(Untyped);
  return definePlugin(Untyped);
}

function messageFor(plugins: readonly unknown[]): string {
  try {
    checkPlugins('toy', plugins as PluginDescriptor[]);
  } catch (error) {
    expect(error).toBeInstanceOf(CompositionError);
    expect((error as CompositionError).kind).toBe('plugin');
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}

/** The message around a single problem. */
function single(problem: string): string {
  return [
    "The plugins of 'toy' do not fit together:",
    `  ${problem}`,
    'Correct it in the list of plugins or in the plugin classes.',
  ].join('\n');
}

describe('checkPlugins', () => {
  it('accepts plugins whose services are available, in any order', () => {
    const plugins = [definePlugin(Alarm), definePlugin(Bell), provider(Watch, [clock])];
    expect(() => checkPlugins('toy', plugins)).not.toThrow();
  });

  it.each([
    ['onTrainEnds', 'onTrainEnd'],
    ['onFitstart', 'onFitStart'],
    ['setUp', 'setup'],
    ['tearDown', 'teardown'],
    ['onAfterBackwards', 'onAfterBackward'],
  ])('names the method %s, which is not a hook, and the nearest hook', (method, nearest) => {
    expect(messageFor([untypedPlugin('loose', [method, 'onFitEnd', 'once', 'setupTable'])])).toBe(
      single(
        `Plugin 'loose' has a method ${method}, which is not a hook and would never be called: did you mean ${nearest}?`,
      ),
    );
  });

  it('says what is wrong with the options of plugins', () => {
    expect(messageFor([{ ...definePlugin(Bell, { volume: -1 }), problems: ['bell(): volume is -1.'] }])).toBe(
      single('bell(): volume is -1.'),
    );
  });

  it('names a service that nothing provides, and what requests it', () => {
    expect(messageFor([definePlugin(Alarm)])).toBe(
      single(
        "Plugin 'alarm': parameter 2 of Alarm's constructor requests the service 'clock', which nothing provides: add the plugin that provides it.",
      ),
    );
  });

  it('names the plugin of this package that provides what is missing', () => {
    expect(messageFor([definePlugin(Resumer)])).toBe(
      single(
        "Plugin 'resumer': parameter 1 of Resumer's constructor requests the service 'checkpoint reader', which nothing provides: add checkpointing().",
      ),
    );
  });

  it('names a parameter that requests no service', () => {
    expect(messageFor([definePlugin(Mute)])).toBe(
      single(
        "Plugin 'mute': parameter 2 of Mute's constructor does not name a service: write @inject(tokens....) before it.",
      ),
    );
  });

  it('names a plugin that is listed twice only once', () => {
    const watch = provider(Watch, [clock]);
    expect(messageFor([watch, definePlugin(Bell), watch])).toBe(
      single("Plugin 'watch' is in the list 2 times: keep one."),
    );
  });

  it('names plugins that provide the same service', () => {
    const plugins = [provider(Watch, [clock]), provider(Sundial, [calendar, clock])];
    expect(messageFor(plugins)).toBe(
      single("The service 'clock' is provided by 'watch' and 'sundial': keep only one of them."),
    );
  });

  it('gives a rank its plugins, and names what they lack without the plugins of the first rank', () => {
    @Plugin({ name: 'wall-clock', ranks: 'first', provides: [clock] })
    class WallClock implements Clock {
      now(): number {
        return 9;
      }
    }

    const plugins = [definePlugin(WallClock), definePlugin(Bell)];
    const names = (rank: number) => checkPlugins('toy', plugins, rank).map(({ name }) => name);
    expect(names(0)).toEqual(['wall-clock', 'bell']);
    expect(names(1)).toEqual(['bell']);
    const lacking = [...plugins, definePlugin(Alarm)];
    expect(() => checkPlugins('toy', lacking, 0)).not.toThrow();
    expect(() => checkPlugins('toy', lacking, 1)).toThrow(
      single(
        "Plugin 'alarm': parameter 2 of Alarm's constructor requests the service 'clock', which nothing provides: add the plugin that provides it.",
      ),
    );
  });

  it('shows the circle of plugins that need each other', () => {
    const plugins = [definePlugin(Diary), provider(Planner, [calendar]), provider(Tower, [clock])];
    expect(messageFor(plugins)).toBe(
      single("Plugins need each other to be built: 'planner' → 'tower' → 'planner'."),
    );
  });

  it('shows the circle of a plugin that needs what it provides', () => {
    expect(messageFor([provider(Planner, [clock])])).toBe(
      single("Plugins need each other to be built: 'planner' → 'planner'."),
    );
  });

  it('names a class without the decorator', () => {
    expect(messageFor([definePlugin(Undecorated)])).toBe(
      single(
        "The class 'Undecorated' in the list of plugins is not a plugin. Add @Plugin({ name: '...' }) above it.",
      ),
    );
  });

  it('accepts a repeatable plugin several times under different names', () => {
    const bells = ['first', 'second', undefined].map((name) => definePlugin(Chime, { name }));
    expect(() => checkPlugins('toy', bells)).not.toThrow();
  });

  it('asks for a name if a repeated plugin has none', () => {
    const unnamed = definePlugin(Chime, {});
    expect(messageFor([unnamed, unnamed])).toBe(
      single(
        "Plugin 'chime' is in the list 2 times: give one of them its own name, such as { name: 'chime-2' } among its options.",
      ),
    );
    const named = definePlugin(Chime, { name: 'noon' });
    expect(messageFor([named, named, unnamed, named])).toBe(
      single(
        "Plugin 'noon' is in the list 3 times: give all but one of them its own name, such as { name: 'noon-2' } among its options.",
      ),
    );
  });

  it('names two kinds of plugin that have the same name', () => {
    expect(messageFor([definePlugin(Bell), definePlugin(Chime, { name: 'bell' })])).toBe(
      single(
        "Plugins of the classes Bell and Chime have the same name 'bell': give one of them a different name.",
      ),
    );
  });

  it('treats the option name of other plugins as a plain option', () => {
    expect(messageFor(['a', 'b'].map((name) => definePlugin(Bell, { name })))).toBe(
      single("Plugin 'bell' is in the list 2 times: keep one."),
    );
  });

  it.each([
    ['a factory that was not called', function bell() {}, 'the function bell itself: call it, bell()'],
    ['a class', Bell, 'the class Bell itself: write definePlugin(Bell)'],
    ['an instance', new Watch(), 'not a plugin: write a call such as progressBar()'],
    ['nothing', undefined, 'not a plugin: write a call such as progressBar()'],
  ])('names %s among the plugins', (_, entry, description) => {
    expect(messageFor([definePlugin(Bell), entry])).toBe(single(`Entry 2 of the list is ${description}.`));
  });

  it('names all problems at once', () => {
    const plugins = [
      Bell,
      untypedPlugin('loose', ['onStart', 'onTrainEnds']),
      definePlugin(Resumer),
      definePlugin(Resumer),
      provider(Watch, [clock]),
      provider(Sundial, [clock]),
    ];
    expect(messageFor(plugins)).toBe(
      [
        "The plugins of 'toy' do not fit together:",
        '  Entry 1 of the list is the class Bell itself: write definePlugin(Bell).',
        "  Plugin 'resumer' is in the list 2 times: keep one.",
        "  Plugin 'loose' has a method onStart, which is not a hook and would never be called: did you mean onFitStart?",
        "  Plugin 'loose' has a method onTrainEnds, which is not a hook and would never be called: did you mean onTrainEnd?",
        "  Plugin 'resumer': parameter 1 of Resumer's constructor requests the service 'checkpoint reader', which nothing provides: add checkpointing().",
        "  Plugin 'resumer': parameter 1 of Resumer's constructor requests the service 'checkpoint reader', which nothing provides: add checkpointing().",
        "  The service 'clock' is provided by 'watch' and 'sundial': keep only one of them.",
        'Correct them in the list of plugins or in the plugin classes.',
      ].join('\n'),
    );
  });
});
