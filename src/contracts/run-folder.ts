/** The folder that contains everything a run writes: `<root>/<experiment>/<version>`. */
export interface RunFolder {
  readonly path: string;
  readonly experiment: string;
  readonly version: string;
  /** Returns an absolute path inside the folder. */
  resolve(...parts: readonly string[]): string;
}

/** The run's folder as a plugin sees it. */
export interface PluginFolder extends RunFolder {
  /**
   * Reserves a file or folder inside the run folder for the plugin to write to. Call it in the constructor at every
   * start of the run. Other plugins and the run's own records do not use it.
   *
   * @param name relative to the run folder, with `/` between folders.
   * @returns its absolute path.
   * @throws FulgurError `config` if it belongs to another plugin, is not a file name, or is a link that leads
   * elsewhere.
   */
  claim(name: string): string;
}
