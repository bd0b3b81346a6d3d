import type { Image } from '../image';
import type { CropBox } from '../views/kernels/crop-box';
import { centreBox } from '../views/view-renderer';
import type { JitterStep, ViewPlan } from '../views/view-plan';
import type { DrawnView } from './drawn-sample';

/** The part of the original that a view shows; `null` where that is not known. */
export function boxOf(view: DrawnView, original: Image): CropBox | null {
  const plan = view.draws?.plan ?? null;
  return plan === null ? null : (plan.crop ?? centreBox(original, view));
}

/** What was drawn for a view, a few words a line, in the order in which it is done. */
export function wordsOf(view: DrawnView, original: Image): string[] {
  const { draws, isStretched } = view;
  const plan = draws?.plan ?? null;
  const box = boxOf(view, original);
  return [
    ...(plan === null || box === null ? [] : [...cropWords(plan, box, original), ...colourWords(plan)]),
    ...(draws?.operations ?? []),
    ...(isStretched ? ['levels stretched'] : []),
  ];
}

function cropWords(plan: ViewPlan, { top, left, height, width }: CropBox, original: Image): string[] {
  const isWhole = height === original.height && width === original.width;
  const what = plan.crop === null ? 'centre' : 'crop';
  return [
    isWhole ? 'whole image' : `${what} ${width}×${height} at ${left}, ${top}`,
    ...(plan.interpolation === 'bilinear' ? [] : [`${plan.interpolation} resize`]),
    ...(plan.horizontalFlip ? ['flipped horizontally'] : []),
    ...(plan.verticalFlip ? ['flipped vertically'] : []),
    ...(plan.rotation === 0 ? [] : [`turned ${turnText(plan.rotation)}`]),
  ];
}

function colourWords(plan: ViewPlan): string[] {
  const blurred = plan.blurSigma === 0 ? [] : [`blur σ ${plan.blurSigma.toFixed(2)} px`];
  const solarized = plan.solarizeThreshold === null ? [] : [`solarized from ${plan.solarizeThreshold}`];
  return [
    ...plan.jitter.map(jitterWords),
    ...(plan.grayscale ? ['grayscale'] : []),
    ...(plan.solarizeFirst ? [...solarized, ...blurred] : [...blurred, ...solarized]),
  ];
}

/** Hue in shares of the colour circle, the others as factors: as the options have them. */
function jitterWords({ operation, factor }: JitterStep): string {
  if (operation !== 'hue') return `${operation} ×${factor.toFixed(2)}`;
  return `hue ${factor < 0 ? '−' : '+'}${Math.abs(factor).toFixed(3)}`;
}

function turnText(degrees: number): string {
  const size = Math.abs(degrees);
  return `${Number.isInteger(size) ? size : size.toFixed(1)}° ${degrees > 0 ? 'left' : 'right'}`;
}
