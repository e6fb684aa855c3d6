import { oneOf } from './schema.js';

export const importance = oneOf('CRITICAL', 'HIGH', 'MODERATE', 'LOW');
