import { fieldName } from '../http1/fields.ts';
import type { RequestFields } from './request-fields.ts';

const userAgent = fieldName('user-agent');

/** Whether Kubernetes asks how the pod is, which no rule takes. */
export const isKubernetesProbe = (fields: Pick<RequestFields, 'valueOf'>): boolean =>
  fields.valueOf(userAgent)?.startsWith('kube-probe/') === true;
