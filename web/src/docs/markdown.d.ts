declare module '*.md' {
  const guide: { name: string; title: string; html: string };
  export default guide;
}
declare module 'swagger-ui-dist/swagger-ui-es-bundle.js';
