import { tokens } from '../../src/contracts';
import { inject, injectedTokens } from '../../src/metadata';

describe('what a constructor asks for', () => {
  it('is known without the types that a compiler may emit, also of a parameter with a default', () => {
    class Bell {
      constructor(
        readonly plain: number,
        readonly said = 'ding',
      ) {}
    }
    inject(tokens.notify)(Bell, undefined, 1);
    expect(Bell.length).toBe(1);
    expect(injectedTokens(Bell)).toEqual([undefined, tokens.notify]);
  });
});
