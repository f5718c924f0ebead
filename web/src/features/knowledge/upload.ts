import { ApiError, networkError } from '@/api/errors';
import { csrfHeader } from '@/api/transport';

/** Sends a file and tells how much of it has gone out (0 to 1); `fetch` cannot report that. */
export function upload<Answer>(
  path: string,
  file: File,
  onProgress: (share: number) => void,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', path);
    for (const [name, value] of Object.entries(csrfHeader())) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) =>
      event.lengthComputable && onProgress(event.loaded / event.total);
    request.onload = () => {
      let body: Record<string, unknown> = {};
      try {
        body = JSON.parse(request.responseText) as Record<string, unknown>;
      } catch {
        // an answer of something in between, not of the server
      }
      if (request.status < 300) resolve(body as Answer);
      else reject(new ApiError(request.status, body));
    };
    request.onerror = () => reject(networkError(new Error('upload')));
    const form = new FormData();
    form.append('file', file, file.name);
    request.send(form);
  });
}
