export { FastSiam as MyPhotos } from '../../../../experiments/fastsiam';
