/** The colour scheme of a page or a picture. */
export type ColourScheme = 'light' | 'dark';

/** The colours of everything Fulgur draws. */
export interface ChartTheme {
  readonly background: string;
  /** Boxes on the background. */
  readonly surface: string;
  readonly text: string;
  /** Axis labels and remarks. */
  readonly mutedText: string;
  readonly line: string;
  readonly link: string;
  /** The band that a metric should stay out of. */
  readonly warning: string;
  /**
   * Colours of series, in the order of use. Based on those of Okabe and Ito (2008), which are distinguishable with any
   * kind of colour blindness, each darkened or lightened to a contrast of 3:1 with the background.
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

/** Marks of points; together with the colours, they distinguish 28 groups. */
export const chartSymbols = ['circle', 'triangle', 'rect', 'diamond'] as const;

/** Dash patterns of series, so that colour is not the only distinction. */
export const chartDashes = ['solid', 'dashed', 'dotted', [8, 3, 2, 3], [12, 4]] as const;

/** The font of pages and pictures. */
export const chartFont = "system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";

export function chartTheme(scheme: ColourScheme): ChartTheme {
  return themes[scheme];
}

/** Returns the colour of the Nth series. */
export function seriesColour({ series }: ChartTheme, index: number): string {
  return series[index % series.length] ?? '#0072b2';
}
