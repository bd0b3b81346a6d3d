/** The folder that holds everything that one run writes: `<root>/<experiment>/<version>`. */
export interface RunFolder {
  readonly path: string;
  readonly experiment: string;
  readonly version: string;
  /** An absolute path inside the folder. */
  resolve(...parts: readonly string[]): string;
}

/** The run's folder as a plugin sees it. */
export interface PluginFolder extends RunFolder {
  /**
   * Makes a file or a folder of the run folder the plugin's own, to write to: call it in the constructor, and again in
   * each start of the run. Other plugins and the run's own records keep away from it.
   *
   * @param name relative to the run folder, with `/` between folders.
   * @returns its absolute path.
   * @throws FulgurError `config` where it belongs to another, is no name of a file, or a link leads away from there.
   */
  claim(name: string): string;
}
