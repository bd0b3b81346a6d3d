import { pause, startTimer } from '../../src/system';

const DAY = 86_400_000;

describe('startTimer', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it.each([0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 + 5, 100 * DAY, 3_000_000_000])(
    'waits %d milliseconds, neither more nor less',
    (milliseconds) => {
      const action = jest.fn();
      startTimer(milliseconds, action);
      if (milliseconds > 0) {
        jest.advanceTimersByTime(milliseconds - 1);
        expect(action).not.toHaveBeenCalled();
      }
      jest.advanceTimersByTime(1);
      expect(action).toHaveBeenCalledTimes(1);
      jest.advanceTimersByTime(100 * DAY);
      expect(action).toHaveBeenCalledTimes(1);
    },
  );

  it('never comes to the end of an infinite wait', () => {
    const action = jest.fn();
    startTimer(Infinity, action).unref();
    jest.advanceTimersByTime(1000 * DAY);
    expect(action).not.toHaveBeenCalled();
  });

  it('can be cancelled at any time', () => {
    const action = jest.fn();
    const early = startTimer(50 * DAY, action);
    early.cancel();
    const late = startTimer(50 * DAY, action);
    jest.advanceTimersByTime(40 * DAY);
    late.cancel();
    jest.advanceTimersByTime(100 * DAY);
    expect(action).not.toHaveBeenCalled();
  });
});

describe('pause', () => {
  it('does not return at once from a wait of weeks, and ends with its signal', async () => {
    const controller = new AbortController();
    let over = false;
    const wait = pause(30 * DAY, controller.signal).finally(() => (over = true));
    await pause(30);
    expect(over).toBe(false);
    controller.abort(new Error('enough'));
    await expect(wait).rejects.toThrow('enough');
    await expect(pause(1, controller.signal)).rejects.toThrow('enough');
  });
});
