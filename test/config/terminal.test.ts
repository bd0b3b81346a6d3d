import { terminalAbilities } from '../../src/config';

const all = { redraws: true, colours: true };
const plain = { redraws: false, colours: false };

describe('terminalAbilities', () => {
  it.each([
    [true, {}, all],
    [true, { TERM: 'xterm-256color' }, all],
    [false, {}, plain],
    [true, { TERM: 'dumb' }, plain],
    [true, { NO_COLOR: '1' }, { redraws: true, colours: false }],
    [true, { NO_COLOR: '' }, all],
    [false, { FORCE_COLOR: '1' }, { redraws: false, colours: true }],
    [true, { TERM: 'dumb', FORCE_COLOR: '' }, { redraws: false, colours: true }],
    [true, { FORCE_COLOR: '0' }, { redraws: true, colours: false }],
    [true, { NO_COLOR: '1', FORCE_COLOR: '3' }, all],
  ])('of a terminal (%s) with %j are %j', (isTTY, variables, abilities) => {
    expect(terminalAbilities({ isTTY }, variables)).toEqual(abilities);
  });
});
