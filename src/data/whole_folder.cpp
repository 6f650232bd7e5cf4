#include "whole_folder.hpp"

#include "pskd/base/error.hpp"

namespace pskd {

namespace fs = std::filesystem;

int write_whole_folder(const fs::path& folder, const std::function<int(const fs::path& partial)>& write) {
  if (fs::exists(folder) && !(fs::is_directory(folder) && fs::is_empty(folder))) {
    throw Error(ErrorKind::data, folder.string() + " holds files already; delete it or choose another folder");
  }
  fs::path partial = fs::absolute(folder).lexically_normal();
  if (!partial.has_filename()) partial = partial.parent_path();  // "folder/" names the folder
  const fs::path complete = partial;
  partial += ".partial";
  std::error_code ignored;
  fs::remove_all(partial, ignored);
  try {
    const int written = write(partial);
    fs::rename(partial, complete);
    return written;
  } catch (const fs::filesystem_error& error) {
    fs::remove_all(partial, ignored);
    throw Error(ErrorKind::io, "cannot write " + folder.string() + ": " + error.code().message());
  } catch (...) {
    fs::remove_all(partial, ignored);
    throw;
  }
}

}  // namespace pskd
