import { lstatSync, realpathSync, statSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import type { PluginFolder, RunFolder } from '../contracts';
import { FulgurError } from '../errors';
import { isPathName } from '../system';

/** What the run writes itself, and what files are called while they are made. */
const reserved: readonly (readonly [pattern: RegExp, owner: string])[] = [
  [/^(config|hyperparameters|environment)(_\d+)?\.yaml$/, "the run's own record"],
  [/^run\.lock/, "the run's lock"],
  [/^evaluations(\/|$)/, 'the evaluations of its checkpoints'],
  [/^report\.html$/, 'the command report'],
  [/\.new$/, 'files that are being made'],
];

/** Who writes what in a run's folder: each name is given out once. */
export class FileClaims {
  /** Owners by the names that they have. */
  private readonly owners = new Map<string, string>();

  constructor(private readonly folder: RunFolder) {}

  /** The folder as a plugin sees it. */
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
      what: `Plugin '${plugin}' asks for '${parts.join('/')}' in the run folder, which leads out of it.`,
      fix: 'Name a file inside the run folder.',
    });
  }

  private claim(plugin: string, name: string): string {
    const parts = name.split('/');
    if (!parts.every(isPathName)) throw refused(plugin, name, 'and that is not the name of a file there');
    const key = keyOf(name);
    const owner = this.ownerOf(key, plugin);
    if (owner !== undefined) throw refused(plugin, name, `which belongs to ${owner}`);
    parts.forEach((_, at) => this.checkPlace(plugin, parts.slice(0, at + 1).join('/')));
    this.owners.set(key, plugin);
    return join(this.folder.path, ...parts);
  }

  /** Who else has the name, a folder that it lies in or a file within it. */
  private ownerOf(key: string, plugin: string): string | undefined {
    const own = reserved.find(([pattern]) => pattern.test(key));
    if (own !== undefined) return own[1];
    const other = [...this.owners].find(
      ([taken, owner]) => owner !== plugin && (isWithin(key, taken, '/') || isWithin(taken, key, '/')),
    );
    return other && `plugin '${other[1]}'`;
  }

  /** A link may lead to a folder elsewhere, on a larger disk perhaps; anything else would write over another's file. */
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

/** Names that some disk takes for one are one. */
function keyOf(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

function isWithin(path: string, folder: string, separator: string = sep): boolean {
  return path === folder || path.startsWith(folder + separator);
}

function refused(plugin: string, name: string, why: string): FulgurError {
  return new FulgurError('config', {
    what: `Plugin '${plugin}' writes to '${name}' of the run folder, ${why}.`,
    fix: "Give the plugin's file another name.",
  });
}
