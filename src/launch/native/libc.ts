import koffi from 'koffi';

const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;

/** Lets the kernel kill this process when its parent ends, however it ends. Linux only; does nothing elsewhere. */
export function dieWithParent(): void {
  if (process.platform !== 'linux') return;
  const parent = process.ppid;
  const libc = koffi.load('libc.so.6');
  libc.func('int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)')(
    ...[PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0],
  );
  // The parent may have ended before the call.
  if (process.ppid !== parent) process.exit(1);
}

const AF_INET = 2;
const SOCK_DGRAM = 2;
const SIOCSIFFLAGS = 0x8914;
const IFF_UP_AND_RUNNING = 0x41;
const NAME_BYTES = 16;
const REQUEST_BYTES = 40;

/** Brings up the loopback interface of this network namespace; in a new one it is down. */
export function bringLoopbackUp(): void {
  const libc = koffi.load('libc.so.6');
  const socket = libc.func('int socket(int, int, int)');
  const ioctl = libc.func('int ioctl(int, unsigned long, void*)');
  const close = libc.func('int close(int)');
  const request = Buffer.alloc(REQUEST_BYTES);
  request.write('lo', 0, 'ascii');
  request.writeInt16LE(IFF_UP_AND_RUNNING, NAME_BYTES);
  const descriptor = Number(socket(AF_INET, SOCK_DGRAM, 0));
  const result = Number(ioctl(descriptor, SIOCSIFFLAGS, request));
  close(descriptor);
  if (result !== 0) throw new Error('the loopback interface cannot be brought up');
}
