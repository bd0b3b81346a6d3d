import { stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CheckpointReader, InitialWeights, StateDict } from '../contracts';
import { FulgurError, messageOf } from '../errors';
import { readSafetensors } from '../nn';
import { openRegularFile } from '../system';

/** A system call reads less than 2 GiB. */
const MOST_AT_ONCE = 1 << 30;

/** The first bytes of a `torch.save` file: a zip archive, or a pickle. */
const pickles = ['504b0304', '8002', '8003', '8004', '8005'];

/**
 * Reads the weights with which a run starts.
 *
 * @param path a safetensors file, or the folder of a checkpoint or a run.
 * @param reader reads checkpoints; `null` if no plugin does.
 * @throws FulgurError `state` for a path that does not exist or another kind of file, `checkpoint` for a damaged
 *   checkpoint.
 */
export async function readInitialWeights(
  path: string,
  strict: boolean,
  reader: CheckpointReader | null,
): Promise<InitialWeights> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const state = isFolder || isAlias(path) ? await ofCheckpoint(path, reader) : await ofFile(path);
  return { state, source: path, strict };
}

/** Resolves `best` or `last` in a path such as `runs/fastsiam/version_0/best`. */
function isAlias(path: string): boolean {
  return /[/\\](best|last)$/.test(path);
}

async function ofCheckpoint(path: string, reader: CheckpointReader | null): Promise<StateDict> {
  if (reader === null) {
    throw new FulgurError('config', {
      what: `The initial weights are the checkpoint '${path}', but no plugin of the experiment reads checkpoints.`,
      fix: 'Add checkpointing() to the plugins of the experiment, or name the model.safetensors in the checkpoint.',
    });
  }
  try {
    return (await reader.read(resolve(path))).state.weights;
  } catch (error) {
    const fix = 'Name a checkpoint, a run with a checkpoint, or a safetensors file.';
    throw new FulgurError('checkpoint', {
      what: `The weights of '${path}' cannot be read: ${error instanceof FulgurError ? error.what : `${messageOf(error)}.`}`,
      fix,
      cause: error,
    });
  }
}

async function ofFile(path: string): Promise<StateDict> {
  let file: FileHandle;
  try {
    file = await openRegularFile(path);
  } catch (cause) {
    const isAbsent = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new FulgurError('state', {
      what: isAbsent
        ? `The weights '${path}' do not exist.`
        : `The weights '${path}' cannot be opened: ${messageOf(cause)}.`,
      fix: 'Name a safetensors file, or the folder of a checkpoint or a run.',
      cause,
    });
  }
  try {
    const { size } = await file.stat();
    const first = await bytesOf(file, 0, Math.min(4, size));
    if (isPickle(first)) throw pickled(path);
    const read = (begin: number, end: number): Promise<Uint8Array<ArrayBuffer>> => bytesOf(file, begin, end);
    return (await readSafetensors({ length: size, read })).tensors;
  } catch (error) {
    if (!(error instanceof FulgurError) || error.what.includes(path)) throw error;
    throw FulgurError.within(`The weights '${path}' cannot be read`, error, 'state', error.fix);
  } finally {
    await file.close();
  }
}

function isPickle(first: Uint8Array): boolean {
  const bytes = Buffer.from(first).toString('hex');
  return pickles.some((start) => bytes.startsWith(start));
}

/** A pickle runs code when it is opened, so it is rejected. */
function pickled(path: string): FulgurError {
  const target = `${path.replace(/\.(pt|pth|bin|ckpt|tar)$/, '')}.safetensors`;
  const python = [
    'import torch; from safetensors.torch import save_file',
    `s = torch.load('${path}', map_location='cpu', weights_only=True)`,
    "s = s.get('state_dict', s)",
    `save_file({k: v.clone() for k, v in s.items()}, '${target}')`,
  ].join('; ');
  return new FulgurError('state', {
    what: `The weights '${path}' are a pickle, as torch.save writes it.`,
    why: 'Opening a pickle runs whatever code it contains.',
    fix: `If you trust it, convert it: python -c "${python}"`,
  });
}

/** Returns a copy of a file's bytes from `begin` to `end`. */
async function bytesOf(file: FileHandle, begin: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(end - begin);
  for (let done = 0; done < bytes.length;) {
    const { bytesRead } = await file.read(
      bytes,
      done,
      Math.min(MOST_AT_ONCE, bytes.length - done),
      begin + done,
    );
    if (bytesRead === 0) throw new Error(`it ends after ${begin + done} bytes, but its header declares more`);
    done += bytesRead;
  }
  return bytes;
}
