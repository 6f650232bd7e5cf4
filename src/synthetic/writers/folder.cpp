#include "synthetic/writers/folder.hpp"

#include "base/file.hpp"
#include "pskd/base/error.hpp"

namespace pskd::synthetic {

namespace fs = std::filesystem;

int write_folder_atomically(const fs::path& folder, const std::function<int(const fs::path&)>& fill) {
  if (fs::exists(folder) && !(fs::is_directory(folder) && fs::is_empty(folder))) {
    throw Error(ErrorKind::data, folder.string() + " holds files already; delete it or choose another folder");
  }
  const fs::path complete = full_path(folder);
  fs::path partial = complete;
  partial += ".partial";
  std::error_code ignored;
  fs::remove_all(partial, ignored);
  try {
    const int result = fill(partial);
    fs::rename(partial, complete);
    return result;
  } catch (const fs::filesystem_error& error) {
    fs::remove_all(partial, ignored);
    throw Error(ErrorKind::io, "cannot write " + folder.string() + ": " + error.code().message());
  } catch (...) {
    fs::remove_all(partial, ignored);
    throw;
  }
}

}  // namespace pskd::synthetic
