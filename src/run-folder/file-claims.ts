import { lstatSync, realpathSync, statSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import type { PluginFolder, RunFolder } from '../contracts';
import { FulgurError } from '../errors';
import { isPathName } from '../system';

/** Names that the run itself writes, and names of files while they are being written. */
const reserved: readonly (readonly [pattern: RegExp, owner: string])[] = [
  [/^(config|hyperparameters|environment)(_\d+)?\.yaml$/, "the run's own record"],
  [/^run\.lock/, "the run's lock"],
  [/^evaluations(\/|$)/, 'the evaluations of its checkpoints'],
  [/^report\.html$/, 'the command report'],
  [/\.new$/, 'files that are being written'],
];

/** Assigns the names in a run's folder: each name has one owner. */
export class FileClaims {
  /** Owners by name. */
  private readonly owners = new Map<string, string>();

  constructor(private readonly folder: RunFolder) {}

  /** Returns the folder as a plugin sees it. */
  viewOf(plugin: string): PluginFolder {
    const { path, experiment, version } = this.folder;
    return {
      ...{ path, experiment, version },
      resolve: (...parts) => this.inside(plugin, parts),
      claim: (name) => this.claim(plugin, name),
    };
  }

  private inside(plugin: string, parts: readonly string[]): string {
    const path = resolve(this.folder.path, ...parts);
    if (isWithin(path, this.folder.path)) return path;
    throw new FulgurError('plugin', {
      what: `Plugin '${plugin}' asks for '${parts.join('/')}' in the run folder, which is outside that folder.`,
      fix: 'Name a file inside the run folder.',
    });
  }

  private claim(plugin: string, name: string): string {
    const parts = name.split('/');
    if (!parts.every(isPathName)) throw refused(plugin, name, 'which is not the name of a file in it');
    const key = keyOf(name);
    const owner = this.ownerOf(key, plugin);
    if (owner !== undefined) throw refused(plugin, name, `which belongs to ${owner}`);
    parts.forEach((_, at) => this.checkPlace(plugin, parts.slice(0, at + 1).join('/')));
    this.owners.set(key, plugin);
    return join(this.folder.path, ...parts);
  }

  /** Finds another owner of the name, of a folder that contains it, or of a file inside it. */
  private ownerOf(key: string, plugin: string): string | undefined {
    const own = reserved.find(([pattern]) => pattern.test(key));
    if (own !== undefined) return own[1];
    const other = [...this.owners].find(
      ([taken, owner]) => owner !== plugin && (isWithin(key, taken, '/') || isWithin(taken, key, '/')),
    );
    return other && `plugin '${other[1]}'`;
  }

  /** A link may point to a folder elsewhere, perhaps on a larger disk; anything else would overwrite another owner's file. */
  private checkPlace(plugin: string, name: string): void {
    const path = join(this.folder.path, name);
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined || found.isFile() || found.isDirectory()) return;
    if (!found.isSymbolicLink()) throw refused(plugin, name, 'which is neither a file nor a folder');
    const target = statSync(path, { throwIfNoEntry: false });
    const leadsAway =
      target?.isDirectory() === true && !isWithin(realpathSync(path), realpathSync(this.folder.path));
    if (!leadsAway) throw refused(plugin, name, 'which is a link');
  }
}

/** Treats names as equal if some file system does. */
function keyOf(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

function isWithin(path: string, folder: string, separator: string = sep): boolean {
  return path === folder || path.startsWith(folder + separator);
}

function refused(plugin: string, name: string, why: string): FulgurError {
  return new FulgurError('config', {
    what: `Plugin '${plugin}' writes to '${name}' in the run folder, ${why}.`,
    fix: "Give the plugin's file another name.",
  });
}
