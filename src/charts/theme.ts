/** What a page or a picture is read in. */
export type ColourScheme = 'light' | 'dark';

/** The colours of everything that Fulgur draws. */
export interface ChartTheme {
  readonly background: string;
  /** Of boxes on the background. */
  readonly surface: string;
  readonly text: string;
  /** Of axes' names and remarks. */
  readonly mutedText: string;
  readonly line: string;
  readonly link: string;
  /** Of the band that a measure must not lie in. */
  readonly warning: string;
  /**
   * Of series, in the order in which they are given out. After Okabe and Ito (2008), which people with any colour blindness tell apart, each
   * darkened or lightened until it stands out from the background by 3 to 1.
   */
  readonly series: readonly string[];
}

const themes: Readonly<Record<ColourScheme, ChartTheme>> = {
  light: {
    background: '#ffffff',
    surface: '#f5f6f8',
    text: '#1b1f24',
    mutedText: '#5a6370',
    line: '#d5d9df',
    link: '#005a8e',
    warning: '#d55e00',
    series: ['#0072b2', '#d55e00', '#00936b', '#c4679c', '#a87800', '#3490c9', '#4d5560'],
  },
  dark: {
    background: '#14171c',
    surface: '#1d2229',
    text: '#e8ebef',
    mutedText: '#a4adb9',
    line: '#3a424d',
    link: '#7cc4f0',
    warning: '#ff8a3d',
    series: ['#56b4e9', '#ff8a3d', '#2bc79a', '#e08fbe', '#f0e442', '#a99bff', '#c3cad3'],
  },
};

/** Marks of points: with the colours they tell 28 groups apart. */
export const chartSymbols = ['circle', 'triangle', 'rect', 'diamond'] as const;

/** Lines of series, so that nobody has to tell them by colour alone. */
export const chartDashes = ['solid', 'dashed', 'dotted', [8, 3, 2, 3], [12, 4]] as const;

/** The font of pages and pictures. */
export const chartFont = "system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";

export function chartTheme(scheme: ColourScheme): ChartTheme {
  return themes[scheme];
}

/** The colour of the n-th series. */
export function seriesColour({ series }: ChartTheme, index: number): string {
  return series[index % series.length] ?? '#0072b2';
}
