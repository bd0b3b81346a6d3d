import { restoreRemovedUtilities } from './node-compatibility';

// A module of its own, so that importing it first is enough: imports run in order.
restoreRemovedUtilities();
