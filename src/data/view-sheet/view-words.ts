import type { Image } from '../image';
import type { CropBox } from '../views/kernels/crop-box';
import { centreBox } from '../views/view-renderer';
import type { JitterStep, ViewPlan } from '../views/view-plan';
import type { DrawnView } from './drawn-sample';

/** Returns the part of the original that a view shows; `null` if unknown. */
export function boxOf(view: DrawnView, original: Image): CropBox | null {
  const plan = view.draws?.plan ?? null;
  return plan === null ? null : (plan.crop ?? centreBox(original, view));
}

/** Describes the random draws of a view, one short line each, in the order applied. */
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

/** As in the options, hue is a share of the colour circle and the others are factors. */
function jitterWords({ operation, factor }: JitterStep): string {
  if (operation !== 'hue') return `${operation} ×${factor.toFixed(2)}`;
  return `hue ${factor < 0 ? '−' : '+'}${Math.abs(factor).toFixed(3)}`;
}

function turnText(degrees: number): string {
  const size = Math.abs(degrees);
  return `${Number.isInteger(size) ? size : size.toFixed(1)}° ${degrees > 0 ? 'left' : 'right'}`;
}
