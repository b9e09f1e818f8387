process.chdir(import.meta.dirname);
